/** A message, a message of which pieces are missing, or a reply, of a case or of a part of it. What people wrote goes in as text and nothing else. */
import { caseName } from '@postern/desk/app/case-name';
import type { IncompleteMessageView, MessageView, ReplyView } from '@postern/desk/engine/view';
import type { JSX } from 'preact';
import type { DeskPage } from '../desk-page.ts';
import type { TextKey } from '../languages/languages.ts';
import { canonicalTag } from '../languages/languages.ts';
import { replyStep, type TimelineItem } from '../timeline.ts';
import { Files } from './files.tsx';
import { Icon } from './icons.tsx';
import { personName } from './names.ts';
import { NewMark } from './news.tsx';
import { langOf } from './said.tsx';

interface ItemProps {
  readonly page: DeskPage;
  /** Hex of the case that is open. */
  readonly open: string;
  readonly item: TimelineItem;
  /** Whether it has come since its person last looked. */
  readonly isNew: boolean;
}

export function Item({ page, open, item, isNew }: ItemProps): JSX.Element {
  const { say, day } = page.words.value;
  const own = item.kind === 'reply' ? item.reply.day : item.message.day;
  const written = (
    <>
      {own !== item.under && <p class="about">{say('case.writtenOn', { day: day(own, page.state.value.today) })}</p>}
      <Written page={page} item={item} mark={<NewMark page={page} isNew={isNew} />} />
    </>
  );
  if (item.of === open) return written;
  return (
    <div class="of-part">
      <PartButton page={page} part={item.of} />
      {written}
    </div>
  );
}

/** Leads from a case to one of its parts, which has a source of its own who is answered there. */
export function PartButton({ page, part }: { readonly page: DeskPage; readonly part: string }): JSX.Element {
  return (
    <button type="button" class="quiet" onClick={() => page.open(part)}>
      {page.words.value.say('case.answerPart', { name: caseName(part) })}
    </button>
  );
}

function Written({ item, ...given }: Pick<ItemProps, 'page' | 'item'> & Marked): JSX.Element {
  switch (item.kind) {
    case 'message':
      return <Message {...given} conversation={item.of} message={item.message} />;
    case 'incomplete':
      return <Incomplete {...given} message={item.message} />;
    case 'reply':
      return <Reply {...given} conversation={item.of} reply={item.reply} />;
  }
}

/** What stands in its heading. */
interface Marked {
  readonly mark: JSX.Element;
}

type Of<Part> = Part & Marked & { readonly page: DeskPage; readonly conversation: string };

function Message({ page, conversation, message, mark }: Of<{ readonly message: MessageView }>): JSX.Element {
  const { say, languageName } = page.words.value;
  const lang = canonicalTag(message.language) ?? undefined;
  return (
    <article class="item is-source">
      <h4>
        {say('case.source')} <span class="about">{languageName(message.language)}</span> {mark}
      </h4>
      {message.isUnreadable ? (
        <p class="note">{say('case.unreadable')}</p>
      ) : (
        <div class="text" dir="auto" lang={lang}>
          {message.text}
        </div>
      )}
      <Files page={page} conversation={conversation} message={message.id} files={message.files} />
      {message.answers.length > 0 && (
        <dl aria-label={say('case.questions')}>
          {page.callWords.value.answers(message).map(({ question, values }) => (
            <div key={question.text}>
              <dt dir="auto" lang={langOf(question)}>
                {question.text}
              </dt>
              {values.map((value) => (
                <dd key={value.text} dir="auto" lang={langOf(value) ?? lang}>
                  {value.text}
                </dd>
              ))}
            </div>
          ))}
        </dl>
      )}
    </article>
  );
}

interface IncompleteProps extends Marked {
  readonly page: DeskPage;
  readonly message: IncompleteMessageView;
}

function Incomplete({ page, message, mark }: IncompleteProps): JSX.Element {
  const { say, number } = page.words.value;
  const values = { here: number(message.partsHere), parts: number(message.parts) };
  return (
    <article class="item is-source is-incomplete">
      <h4>
        {say('case.source')} {mark}
      </h4>
      <p class="with-icon">
        <Icon name="half" />
        <strong>{say('case.incomplete', values)}</strong>
      </p>
      <p class="note">{say('case.incompleteText')}</p>
    </article>
  );
}

function Reply({ page, conversation, reply, mark }: Of<{ readonly reply: ReplyView }>): JSX.Element {
  const { status } = page.state.value;
  const { say } = page.words.value;
  const isHere = status?.devices.some(({ id, isThis }) => isThis && id === reply.author) === true;
  const author = isHere ? say('case.thisDevice') : personName(page.state.value.team, reply.author);
  return (
    <article class="item is-desk">
      <h4>
        {say('case.desk')} <span class="about">{author}</span> {mark}
      </h4>
      <div class="text" dir="auto">
        {reply.text}
      </div>
      <Files page={page} conversation={conversation} message={reply.id} files={reply.files} />
      <Progress page={page} reply={reply} />
    </article>
  );
}

const progressTexts: Readonly<Record<ReplyView['progress'], TextKey>> = {
  pending: 'reply.pending',
  waiting: 'reply.waiting',
  queued: 'reply.queued',
  posted: 'reply.posted',
  collected: 'reply.collected',
  'too-old': 'reply.tooOld',
  unreadable: 'reply.unreadable',
  expired: 'reply.expired',
};

function Progress({ page, reply }: { readonly page: DeskPage; readonly reply: ReplyView }): JSX.Element {
  const { say, number } = page.words.value;
  const step = replyStep(reply);
  const isOver = ['too-old', 'unreadable', 'expired'].includes(reply.progress) && !reply.isConfirmed;
  const { partsPosted, parts } = reply;
  const some = { posted: number(partsPosted), parts: number(parts) };
  return (
    <p class={`progress ${isOver ? 'is-over' : ''} ${step === 4 ? 'is-done' : ''}`}>
      {!isOver && (
        <span class="steps" role="img" aria-label={say('reply.steps', { step: number(step) })}>
          {[1, 2, 3, 4].map((place) => (
            <span key={place} class={place <= step ? 'is-reached' : ''} />
          ))}
        </span>
      )}
      <span>
        {say(reply.isConfirmed ? 'reply.confirmed' : progressTexts[reply.progress])}{' '}
        {partsPosted > 0 && partsPosted < parts ? say('reply.partsPosted', some) : ''}
      </span>
    </p>
  );
}
