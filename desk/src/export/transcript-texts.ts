/** The words of a transcript, in the languages of the desk. */

const en = {
  lang: 'en',
  heading: 'Case {name}',
  id: 'Id',
  state: 'State',
  owner: 'Owner',
  tags: 'Tags',
  access: 'Access',
  motive: 'Motive',
  grades: 'Grades (source, information)',
  links: 'Related cases',
  partOf: 'Part of',
  exported: 'Exported',
  exportedText: '{day}: asked by {by}, agreed to by {agreed}',
  conversation: 'Conversation',
  source: 'Source',
  desk: 'Desk ({who})',
  notes: 'Notes and discussion',
  trail: 'Who did what',
  answers: 'Answers',
  file: 'File: {name}, {bytes} bytes',
  fileAt: 'in this export: {path}',
  'out.missing': 'left out: it is not on the device that exported',
  'out.not-cleanable': 'left out: no cleaned copy of it can be made',
  unreadable: 'A message that cannot be read.',
  incomplete: 'A message of which parts are missing: {here} of {parts}.',
  note: 'Exported, sealed for other people with age. SHA-256 of the sealed file: {sha256}',
};

export type TranscriptTexts = { readonly [Key in keyof typeof en]: string };

const zh: TranscriptTexts = {
  lang: 'zh-Hans',
  heading: '案件 {name}',
  id: '编号',
  state: '状态',
  owner: '负责人',
  tags: '标签',
  access: '接触途径',
  motive: '动机',
  grades: '评级（来源、信息）',
  links: '相关案件',
  partOf: '属于',
  exported: '导出',
  exportedText: '{day}：由 {by} 请求，{agreed} 同意',
  conversation: '对话',
  source: '来信人',
  desk: '工作台（{who}）',
  notes: '备注与讨论',
  trail: '操作记录',
  answers: '问题的回答',
  file: '文件：{name}，{bytes} 字节',
  fileAt: '在本导出中：{path}',
  'out.missing': '未包含：不在导出的设备上',
  'out.not-cleanable': '未包含：无法制作清理过的副本',
  unreadable: '一条无法读取的消息。',
  incomplete: '一条不完整的消息：收到 {here}/{parts} 部分。',
  note: '已导出，用 age 加密给其他人。加密文件的 SHA-256：{sha256}',
};

/** @param language BCP 47 of the desk's page */
export function transcriptTexts(language: string): TranscriptTexts {
  return language.startsWith('zh') ? zh : en;
}

export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}
