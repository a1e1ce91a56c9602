/* One name: its labels, its boundaries, the keys of every label that can be judged.
 *
 * A probe of the key table waits in a ring until the memory it needs has come: the filter word is
 * fetched when the key is known, the table slot when the filter lets it pass. So the time per name
 * hardly depends on how many targets there are.
 */
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

#define MAX_RAW 100 /* octets of a raw Unicode name; as A-labels they grow, but never to 253 */

enum { DEAD = 0, WAITING = 1, FORCED = 2 };

int hits_add(hits *out, place record) {
    if (out->used + 2 > out->size) {
        size_t size = out->size ? out->size * 2 : 256;
        int64_t *spans = realloc(out->spans, size * sizeof *spans);
        if (!spans) {
            out->failed = 1;
            return 0;
        }
        out->spans = spans;
        out->size = size;
    }
    out->spans[out->used++] = record.start;
    out->spans[out->used++] = record.end;
    return 1;
}

static void emit(screen *screen, const probe *probe) {
    hits *out = screen->out;
    if (out->used && out->spans[out->used - 2] == probe->record.start) return; /* found by another label */
    hits_add(out, probe->record);
}

/* Tells whether a text has neither a digit nor two letters that read as one: whatever it reads as,
 * letters alone stand for letters. */
static int is_letters_alone(const kernel *kernel, const uint8_t *text, int length) {
    for (int at = 0; at < length; at++) {
        if (text[at] >= '0' && text[at] <= '9') return 0;
        for (int i = 0; at + 1 < length && i < kernel->row_count; i++)
            if (text[at] == kernel->rows[i][0] && text[at + 1] == kernel->rows[i][1]) return 0;
    }
    return 1;
}

/* The length and suffix by which the brakes short_target and, if asked for, plain_letters hold. */
static int is_held(span target, int length, int same_suffix, int plain) {
    int shorter = target.length < length ? target.length : length;
    if (target.length <= TINY_TARGET || (target.length <= SHORT_TARGET && !same_suffix)) return 1;
    return plain && (shorter <= PLAIN_TARGET || (shorter < PLAIN_LENGTH && !same_suffix));
}

/* Tells whether an ASCII text that has a key may be reported as a lookalike of one of its targets.
 * Not if it is the label of one, and not where a brake would hold it back. `end`: where the name ends;
 * NULL if the text is but a part of its label. */
static int is_lookalike(const kernel *kernel, uint64_t key, const uint8_t *text, int length, const uint8_t *end) {
    const key_entry *entry = keys_find(&kernel->keys, key);
    if (!entry) return 0;
    if (kernel->suffix_swap && end) return 1;
    uint64_t raw = bytes_hash(text, length);
    if (entry->raw == raw) return 0; /* the quick way: nearly all that comes here is a target itself */
    const uint8_t *rest = text + length + 1;
    uint32_t suffix = end && rest < end ? (uint32_t)bytes_hash(rest, (int)(end - rest)) : 0;
    int found = 0, plain = end && kernel->hold_plain && is_letters_alone(kernel, text, length);
    for (uint32_t at = entry->posting; at; at = kernel->keys.postings[at].next) {
        uint32_t target = kernel->keys.postings[at].target;
        if (target & OTHER) { /* of which only the name's own length can hold it back */
            found |= !is_held((span){NULL, MAX_NAME}, length, 0, plain);
            continue;
        }
        span wanted = rows_label(kernel->targets, target);
        if (wanted.length == length && !memcmp(wanted.start, text, (size_t)length)) return 0;
        if (is_held(wanted, length, kernel->keys.suffixes[target] == suffix, plain)) continue;
        if (!found && (length > MAX_LABEL || can_align(kernel, text, length, wanted.start, wanted.length))) found = 1;
    }
    return found;
}

static int is_own_name(const kernel *kernel, const uint8_t *name, int length) {
    return rows_find(kernel->targets, (span){name, length}) >= 0 || names_has(&kernel->own, name, length);
}

/* The innermost registrable domain is own, or the one that the label itself is the first of. */
static int is_own(const kernel *kernel, const uint8_t *inner, int length, const uint8_t *label) {
    if (is_own_name(kernel, inner, length)) return 1;
    return label != inner && is_own_name(kernel, label, (int)(inner + length - label));
}

static int is_number(const uint8_t *label, int length) {
    int at = 0;
    while (at < length && label[at] >= '0' && label[at] <= '9') at++;
    return at == length;
}

static void filter_stage(screen *screen) {
    const key_table *keys = &screen->kernel->keys;
    probe *probe = screen->ring + screen->middle++ % RING;
    if (probe->state != WAITING) return;
    uint64_t bits = filter_bits(probe->key);
    if ((*filter_word(keys, probe->key) & bits) != bits) probe->state = DEAD;
    else __builtin_prefetch(keys->entries + key_slot(keys, (uint32_t)(probe->key >> 32)));
}

static void table_stage(screen *screen) {
    const kernel *kernel = screen->kernel;
    probe *probe = screen->ring + screen->tail++ % RING;
    if (probe->state == DEAD) return;
    if (probe->state == WAITING) {
        const uint8_t *end = probe->own + probe->own_length;
        if (!is_lookalike(kernel, probe->key, probe->label, probe->label_length, end)) return;
        if (is_number(probe->label, probe->label_length)) return; /* digits are no letters: never */
        if (is_own(kernel, probe->own, probe->own_length, probe->label)) return;
    }
    emit(screen, probe);
}

static probe *push(screen *screen, place record) {
    if (screen->head - screen->middle >= FILTER_LAG) filter_stage(screen);
    if (screen->middle - screen->tail >= TABLE_LAG) table_stage(screen);
    probe *probe = screen->ring + screen->head++ % RING;
    probe->record = record;
    return probe;
}

void screen_record(screen *screen, place record) { push(screen, record)->state = FORCED; }

void screen_begin(screen *screen, kernel *kernel, void *thread, hits *out, const uint8_t *limit) {
    memset(screen, 0, sizeof *screen);
    screen->visit = (visit){kernel, thread, 0};
    screen->kernel = kernel;
    screen->out = out;
    screen->limit = limit;
}

void screen_end(screen *screen) {
    while (screen->middle != screen->head) filter_stage(screen);
    while (screen->tail != screen->head) table_stage(screen);
}

/* What a label is tried against: one key at its end, or, for `embedded`, every token and affix. */
typedef struct {
    screen *screen;
    const uint32_t *points;
    const uint8_t *text; /* octets of an ASCII label, NULL for others */
    const uint8_t *end;  /* of the name */
    int length;
} label_view;

static int try_key(const label_view *view, uint64_t state, int from, int to) {
    const kernel *kernel = view->screen->kernel;
    uint64_t key = mix(state), bits = filter_bits(key);
    if ((*filter_word(&kernel->keys, key) & bits) != bits) return 0;
    const uint8_t *end = to - from == view->length ? view->end : NULL;
    if (view->text) return is_lookalike(kernel, key, view->text + from, to - from, end);
    return keys_find(&kernel->keys, key) != NULL;
}

/* Reads from `from` on, all readings side by side, bounded as Skeletonizer.keys is; returns 1 as
 * soon as a key is a target's. Without `inner`, only the end of the label is tried. */
static int try_from(const label_view *view, int from, int inner, int prefixes) {
    uint64_t states[MAX_KEYS];
    int count = 1, ambiguous = 0;
    states[0] = ascii_state(view->screen->kernel, NULL, 0);
    for (int at = from; at < view->length; at++) {
        uint32_t point = view->points[at];
        if (inner && at > from && (prefixes || point == '-')) {
            for (int i = 0; i < count; i++)
                if (try_key(view, states[i], from, at)) return 1;
        }
        const step *steps;
        int options = 1;
        if (point < 0x80) {
            steps = view->screen->kernel->ascii + point;
        } else {
            const reading *reading = reading_of(&view->screen->visit, point);
            if (!reading->count) return 1;
            steps = reading->option;
            options = reading->count;
        }
        if (options > 1) {
            if (ambiguous == MAX_AMBIGUOUS || count * options > MAX_KEYS) options = 1;
            else ambiguous++;
        }
        for (int option = options - 1; option >= 0; option--)
            for (int i = 0; i < count; i++)
                states[option * count + i] = states[i] * steps[option].mult + steps[option].add;
        count *= options;
    }
    for (int i = 0; i < count; i++)
        if (try_key(view, states[i], from, view->length)) return 1;
    return 0;
}

static int try_label(const label_view *view) {
    int embedded = view->screen->kernel->embedded;
    if (try_from(view, 0, embedded, embedded)) return 1;
    for (int from = 1; embedded && from < view->length; from++)
        if (try_from(view, from, view->points[from - 1] == '-', 0)) return 1;
    return 0;
}

static int try_ascii(screen *screen, const uint8_t *text, int length, const uint8_t *end) {
    uint32_t points[MAX_LABEL];
    for (int i = 0; i < length; i++) points[i] = text[i];
    label_view view = {screen, points, text, end, length};
    return try_label(&view);
}

static int is_ace(span label) { return label.length >= 4 && !memcmp(label.start, "xn--", 4); }

/* An xn-- label: what it decodes to, and its own text after the prefix. */
static int try_ace(screen *screen, span label) {
    uint32_t points[MAX_LABEL];
    const uint8_t *text = label.start + 4;
    int length = label.length - 4;
    int count = punycode_decode(text, length, points, MAX_LABEL);
    if (count > 0) {
        label_view decoded = {screen, points, NULL, NULL, count};
        if (try_label(&decoded)) return 1;
    }
    if (length > 0 && text[length - 1] == '-') length--; /* it only says that nothing was encoded */
    for (int i = 0; i < length; i++) points[i] = text[i];
    label_view own_text = {screen, points, NULL, NULL, length};
    return length > 0 && try_label(&own_text);
}

/* A raw Unicode label; -1 if only Python can say (unstable under UTS #46 or NFC, perhaps too long). */
static int try_utf8(screen *screen, span label) {
    uint32_t points[MAX_LABEL];
    int count = 0;
    if (label.length > 24) return -1;
    for (int i = 0; i < label.length;) {
        uint8_t first = label.start[i];
        int more = first < 0x80 ? 0 : first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
        uint32_t point = more ? first & (0x3f >> more) : first;
        if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || i + more >= label.length) return -1;
        for (int j = 1; j <= more; j++) {
            if ((label.start[i + j] & 0xc0) != 0x80) return -1;
            point = point << 6 | (label.start[i + j] & 0x3f);
        }
        if ((more == 2 && (point < 0x800 || (point >= 0xd800 && point < 0xe000))) ||
            (more == 3 && (point < 0x10000 || point > 0x10ffff)))
            return -1;
        if (more && !reading_of(&screen->visit, point)->stable) return -1;
        points[count++] = point;
        i += more + 1;
    }
    label_view view = {screen, points, NULL, NULL, count};
    return try_label(&view);
}

/* Splits at dots; returns the number of labels, or 0 if the name is unusual. */
static int split(const uint8_t *name, int length, span *labels, int *raw) {
    /* 0 odd, 1 plain, 2 dot, 3 above ASCII; upper case is lowered by the caller. */
    static const uint8_t kinds[256] = {
        ['a' ... 'z'] = 1, ['0' ... '9'] = 1, ['-'] = 1, ['_'] = 1, ['*'] = 1, ['.'] = 2, [0x80 ... 0xff] = 3,
    };
    int count = 0, start = 0, high = 0;
    for (int at = 0; at <= length; at++) {
        uint8_t kind = at == length ? 2 : kinds[name[at]];
        if (kind == 1) continue;
        if (kind == 0) return 0;
        if (kind == 3) {
            high = 1;
            continue;
        }
        if (at == start || at - start > MAX_LABEL || count == MAX_LABELS) return 0;
        labels[count++] = (span){name + start, at - start};
        start = at + 1;
    }
    *raw = high;
    return count;
}

static int has_high(span label) {
    uint8_t any = 0;
    for (int i = 0; i < label.length; i++) any |= label.start[i];
    return any >= 0x80;
}

/* Puts the key of an ASCII label into the ring; `own`: where the innermost registrable domain begins. */
void screen_key(screen *screen, uint64_t key, const uint8_t *label, int length, const uint8_t *own,
                const uint8_t *end, place record) {
    __builtin_prefetch(filter_word(&screen->kernel->keys, key));
    probe *probe = push(screen, record);
    probe->key = key;
    probe->label = label;
    probe->label_length = (uint8_t)length;
    probe->own = own;
    probe->own_length = (uint8_t)(end - own);
    probe->state = WAITING;
}

void screen_ascii(screen *screen, const uint8_t *label, int length, const uint8_t *own, const uint8_t *end,
                  place record) {
    screen_key(screen, mix(ascii_state(screen->kernel, label, length)), label, length, own, end, record);
}

/* Tries every label of a name that can be judged. The key of a plain ASCII label waits in the ring,
 * unless `direct`: then the labels do not outlive the call. */
void screen_labels(screen *screen, const uint8_t *end, const span *labels, int count, int raw,
                   place record, int direct) {
    const kernel *kernel = screen->kernel;
    int icann, all, unlisted, found = 0;
    if (!suffixes_match(&kernel->suffixes, labels, count, screen->limit, &icann, &all, &unlisted)) {
        screen_record(screen, record);
        return;
    }
    if (unlisted && (is_ace(labels[count - 1]) || raw)) found = 1; /* paypal.xn--om-nmc */
    int at_icann = count - icann - 1, at_private = count - all - 1;
    span own = {end, 0};
    if (at_private >= 0) own = (span){labels[at_private].start, (int)(end - labels[at_private].start)};
    for (int at = 0; at <= at_icann && !found; at++) {
        span label = labels[at];
        int ace = is_ace(label), high = raw && has_high(label);
        if (!ace && !high && !kernel->scope_all && at != at_icann && at != at_private) continue;
        if (ace || high) {
            int seen = ace && high ? -1 : ace ? try_ace(screen, label) : try_utf8(screen, label);
            if (seen < 0) {
                screen_record(screen, record);
                return;
            }
            found = seen;
        } else if (kernel->embedded || direct || raw) {
            found = try_ascii(screen, label.start, label.length, end);
        } else {
            screen_ascii(screen, label.start, label.length, own.start, end, record);
        }
    }
    if (!found) return;
    /* Raw Unicode: the own name is known only after encoding, so Python looks. */
    if (raw || unlisted || !own.length || !is_own_name(kernel, own.start, own.length))
        screen_record(screen, record);
}

void screen_name(screen *screen, const uint8_t *name, int length, place record) {
    span labels[MAX_LABELS];
    uint8_t lower[MAX_NAME + 1];
    const uint8_t *limit = screen->limit;
    int raw = 0, upper = 0;
    if (length > 1 && name[length - 1] == '.') length--;
    if (length <= 0 || length > MAX_NAME) {
        screen_record(screen, record);
        return;
    }
    int count = split(name, length, labels, &raw);
    if (!count) {
        for (int i = 0; i < length; i++) {
            uint8_t c = name[i];
            upper |= c >= 'A' && c <= 'Z';
            lower[i] = c >= 'A' && c <= 'Z' ? c + 32 : c;
        }
        count = upper ? split(lower, length, labels, &raw) : 0;
        name = lower;
        screen->limit = lower + sizeof lower;
    }
    if (!count || (raw && length > MAX_RAW)) screen_record(screen, record);
    else screen_labels(screen, name + length, labels, count, raw, record, upper);
    screen->limit = limit;
}
