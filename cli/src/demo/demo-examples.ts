/** Who publishes the calls of `examples/` in the demo: an organisation and two desks whose names fit each, in its languages. */

import type { DeskName, LocalName } from '@postern/protocol/keys/roster';

export interface DemoExample {
  readonly names: readonly LocalName[];
  /** The one that the call leads to, and that has a page; in English first. */
  readonly desk: readonly [DeskName, ...DeskName[]];
  readonly other: readonly DeskName[];
}

const newspaper: DemoExample = {
  names: [
    { language: 'en', name: 'The Example Gazette' },
    { language: 'zh-Hans', name: '样例日报' },
    { language: 'ar', name: 'جريدة المثال' },
  ],
  desk: [
    { language: 'en', name: 'Investigations', description: 'Reporters who look into misuse of power and money.' },
    { language: 'zh-Hans', name: '调查组', description: '调查滥用权力和资金的记者。' },
    { language: 'ar', name: 'التحقيقات', description: 'صحفيون يحققون في إساءة استعمال السلطة والمال.' },
  ],
  other: [
    { language: 'en', name: 'Safety at work', description: 'Accidents, dangerous plants, hidden reports.' },
    { language: 'zh-Hans', name: '生产安全组', description: '事故、危险的工厂、被隐瞒的报告。' },
    { language: 'ar', name: 'السلامة في العمل', description: 'حوادث ومصانع خطرة وتقارير مخفية.' },
  ],
};

const inspectorGeneral: DemoExample = {
  names: [
    { language: 'en', name: 'The Example Inspector General' },
    { language: 'zh-Hans', name: '样例监察长办公室' },
  ],
  desk: [
    {
      language: 'en',
      name: 'Safety in service',
      description: 'Dangers in workshops, training, quarters and hospitals.',
    },
    { language: 'zh-Hans', name: '安全检查组', description: '修理厂、训练、宿舍和医院里的危险。' },
  ],
  other: [
    { language: 'en', name: 'Complaints', description: 'Pay, leave, and how people are treated.' },
    { language: 'zh-Hans', name: '申诉组', description: '薪酬、休假，以及军人受到的对待。' },
  ],
};

const antiCorruptionOffice: DemoExample = {
  names: [
    { language: 'en', name: 'Example Anti-Corruption Office' },
    { language: 'zh-Hans', name: '样例反腐败办公室' },
    { language: 'ar', name: 'مكتب المثال لمكافحة الفساد' },
  ],
  desk: [
    { language: 'en', name: 'Intake', description: 'Bribes, bought posts, public money that went elsewhere.' },
    { language: 'zh-Hans', name: '受理组', description: '索贿、买官、去向不明的公款。' },
    { language: 'ar', name: 'استقبال البلاغات', description: 'رشاوى ومناصب مشتراة ومال عام ذهب إلى غير وجهته.' },
  ],
  other: [
    { language: 'en', name: 'Protection', description: 'For people who suffer because they reported.' },
    { language: 'zh-Hans', name: '保护组', description: '面向因举报而受到报复的人。' },
    { language: 'ar', name: 'الحماية', description: 'لمن يلحق بهم ضرر لأنهم بلّغوا.' },
  ],
};

/** By the folder of its call in `examples/`. */
export const demoExamples = {
  'hospital-contracts': newspaper,
  'service-safety': inspectorGeneral,
  'public-money': antiCorruptionOffice,
} as const satisfies Readonly<Record<string, DemoExample>>;

export type ExampleName = keyof typeof demoExamples;

export const exampleNames = Object.keys(demoExamples) as readonly ExampleName[];
