/** The list as it follows from the state: of parts that change seldom, so that typing does not sort ten thousand lines. */
import { fieldQuery } from '@postern/desk/app/search-query';
import { computed, type ReadonlySignal } from '@preact/signals';
import { countRows, countShown, countUnread, shownRows, sortRows, suspectedLosses, tagsIn } from './inbox.ts';
import { newPartsIn } from './merged-cases.ts';
import type { State } from './model.ts';
import { fieldTests } from './record-filter.ts';
import { personName } from './views/names.ts';

export class ListedCases {
  readonly #state: ReadonlySignal<State>;

  constructor(state: ReadonlySignal<State>) {
    this.#state = state;
  }

  readonly #rows = this.#part(({ rows }) => rows);
  readonly #status = this.#part(({ status }) => status);
  readonly #found = this.#part(({ found }) => found);
  readonly #fields = this.#part(({ query }) => fieldQuery(query));
  readonly #order = this.#part(({ order }) => order);
  readonly #team = this.#part(({ team }) => team);
  readonly #calls = this.#part(({ calls }) => calls);
  readonly #filter = this.#part(({ filter }) => filter);
  readonly #selected = this.#part(({ selected }) => selected);
  readonly #group = this.#part(({ group }) => group);
  readonly #today = this.#part(({ today }) => today);
  /** Hex of this device; empty before it is known. */
  readonly own = computed(() => this.#status.value?.devices.find(({ isThis }) => isThis)?.id ?? '');
  /** Cases in which a reply may have been lost. */
  readonly losses = computed(() => suspectedLosses(this.#status.value));
  readonly #place = computed(() => ({ losses: this.losses.value, own: this.own.value, today: this.#today.value }));
  /** What people and calls are called, by which the search asks for them. */
  readonly #recordWords = computed(() => {
    const team = this.#team.value;
    return { calls: this.#calls.value, personName: (device: string) => personName(team, device) };
  });
  readonly #narrowing = computed(() => ({
    found: this.#found.value,
    tests: fieldTests(this.#fields.value, this.#recordWords.value),
  }));
  readonly #sorted = computed(() => sortRows(this.#rows.value, this.#order.value));
  readonly shown = computed(() =>
    shownRows(this.#sorted.value, this.#filter.value, this.#narrowing.value, this.#place.value, this.#group.value),
  );
  readonly counts = computed(() => countRows(this.#sorted.value, this.#narrowing.value, this.#place.value));
  /** What occurs in each field. Counted only while somebody looks. */
  readonly fieldCounts = computed(() => {
    const [narrowing, place] = [this.#narrowing.value, this.#place.value];
    return countShown(this.#sorted.value, this.#filter.value, narrowing, place, this.#recordWords.value);
  });
  /** Ids that are ticked and in the list: on nothing else is anything done. */
  readonly ticked = computed(() => {
    const selected = this.#selected.value;
    return selected.size === 0 ? [] : this.shown.value.filter(({ id }) => selected.has(id)).map(({ id }) => id);
  });
  readonly unread = computed(() => countUnread(this.#sorted.value));
  readonly newParts = computed(() => newPartsIn(this.#rows.value));
  /** All that are in use. */
  readonly tags = computed(() => tagsIn(this.#sorted.value));

  #part<Value>(of: (state: State) => Value): ReadonlySignal<Value> {
    return computed(() => of(this.#state.value));
  }
}
