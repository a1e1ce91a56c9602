/* Lines: names, one a line.
 *
 * A stretch of octets is classified 64 at a time into bits: line feeds, full stops, and octets that
 * make a name special. Nearly every name has less than 64 octets, so that all its full stops fit into
 * one register; its last labels are then found without a loop. All others go the general way.
 */
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "kernel.h"

#define STRETCH 16384 /* octets looked at together; their bits stay in the first-level cache */
#define WORDS (STRETCH / 64)
#define SHORT_NAME 63
#define HELD 3 /* labels that the short way looks at */
#define GROUP 128

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LITTLE_END 1
#else
#define LITTLE_END 0
#endif

typedef struct {
    uint64_t lines[WORDS + 1], dots[WORDS + 1];
    uint64_t special[WORDS + 1]; /* not one of a-z 0-9 - _ * . or LF; "xn--"; a second separator */
} bits;

typedef struct {
    uint64_t line, dot, plain, x, n, hyphen;
} classes;

#if defined(__SSE2__)
static __m128i within(__m128i text, char first, char last) {
    /* Signed comparisons: octets from 0x80 on are below every bound. */
    return _mm_and_si128(_mm_cmpgt_epi8(text, _mm_set1_epi8(first - 1)),
                         _mm_cmplt_epi8(text, _mm_set1_epi8(last + 1)));
}

static uint64_t mask_of(__m128i found, int part) {
    return (uint64_t)(uint32_t)_mm_movemask_epi8(found) << (part * 16);
}

static classes classify(const uint8_t *text) {
    classes c = {0, 0, 0, 0, 0, 0};
    for (int part = 0; part < 4; part++) {
        __m128i t = _mm_loadu_si128((const __m128i *)(text + part * 16));
        __m128i hyphen = _mm_cmpeq_epi8(t, _mm_set1_epi8('-'));
        __m128i plain = _mm_or_si128(_mm_or_si128(within(t, 'a', 'z'), within(t, '0', '9')), hyphen);
        plain = _mm_or_si128(plain, _mm_cmpeq_epi8(t, _mm_set1_epi8('_')));
        plain = _mm_or_si128(plain, _mm_cmpeq_epi8(t, _mm_set1_epi8('*')));
        c.plain |= mask_of(plain, part);
        c.hyphen |= mask_of(hyphen, part);
        c.line |= mask_of(_mm_cmpeq_epi8(t, _mm_set1_epi8('\n')), part);
        c.dot |= mask_of(_mm_cmpeq_epi8(t, _mm_set1_epi8('.')), part);
        c.x |= mask_of(_mm_cmpeq_epi8(t, _mm_set1_epi8('x')), part);
        c.n |= mask_of(_mm_cmpeq_epi8(t, _mm_set1_epi8('n')), part);
    }
    return c;
}
#else
static classes classify(const uint8_t *text) {
    classes c = {0, 0, 0, 0, 0, 0};
    for (int i = 0; i < 64; i++) {
        uint8_t t = text[i];
        uint64_t plain = (t >= 'a' && t <= 'z') || (t >= '0' && t <= '9') || t == '-' || t == '_' || t == '*';
        c.plain |= plain << i;
        c.hyphen |= (uint64_t)(t == '-') << i;
        c.line |= (uint64_t)(t == '\n') << i;
        c.dot |= (uint64_t)(t == '.') << i;
        c.x |= (uint64_t)(t == 'x') << i;
        c.n |= (uint64_t)(t == 'n') << i;
    }
    return c;
}
#endif

/* Fills the bits of a stretch, and one empty word behind them. */
static void find_bits(const uint8_t *text, size_t length, bits *found) {
    uint64_t xn_before = 0, hyphen_before = 0, x_before = 0;
    uint64_t separator_before = 1; /* what stands before a stretch is a line feed, or nothing */
    size_t word = 0;
    for (size_t at = 0; at < length; at += 64, word++) {
        uint8_t rest[64];
        const uint8_t *from = text + at;
        if (length - at < 64) {
            memset(rest, 'a', sizeof rest);
            memcpy(rest, from, length - at);
            from = rest;
        }
        classes c = classify(from);
        /* A bit where "xn" ends, "xn-" ends, "xn--" ends; what a word ends with reaches the next. */
        uint64_t xn = c.n & (c.x << 1 | x_before);
        uint64_t xn_hyphen = c.hyphen & (xn << 1 | xn_before);
        uint64_t ace = c.hyphen & (xn_hyphen << 1 | hyphen_before);
        uint64_t separators = c.dot | c.line;
        uint64_t doubled = c.dot & (separators << 1 | separator_before);
        found->lines[word] = c.line;
        found->dots[word] = c.dot;
        found->special[word] = ~(c.plain | separators) | ace | doubled;
        x_before = c.x >> 63;
        xn_before = xn >> 63;
        hyphen_before = xn_hyphen >> 63;
        separator_before = separators >> 63;
    }
    found->lines[word] = found->dots[word] = found->special[word] = 0;
}

/* The 64 bits from a place on. */
static uint64_t window(const uint64_t *words, size_t from) {
    size_t word = from / 64, shift = from % 64;
    return shift ? words[word] >> shift | words[word + 1] << (64 - shift) : words[word];
}

static int highest(uint64_t set) { return 63 - __builtin_clzll(set); }

/* Finds the last labels of a plain name of less than 64 octets, the last one first, and which of them
 * stand left of a public suffix; 0 if it must go the general way. */
static int find_suffix(const screen *screen, const uint8_t *name, int length, uint64_t dots, span *last,
                       int *icann, int *all) {
    int held = 0, stop = length;
    uint64_t left = dots;
    if (!left || left >> (length - 1)) return 0; /* one label; an empty last one */
    while (held < HELD) {
        int start = left ? highest(left) + 1 : 0;
        last[held++] = (span){name + start, stop - start};
        if (!left) break;
        left ^= 1ull << (start - 1);
        stop = start - 1;
    }
    return suffixes_match_plain(&screen->kernel->suffixes, last, held, screen->limit, icann, all) && *all < held;
}

static int short_name(screen *screen, const uint8_t *name, int length, uint64_t dots, place record) {
    span last[HELD];
    int icann, all;
    if (!find_suffix(screen, name, length, dots, last, &icann, &all)) return 0;
    const uint8_t *own = last[all].start, *end = name + length;
    screen_ascii(screen, last[icann].start, last[icann].length, own, end, record);
    if (all > icann) screen_ascii(screen, last[all].start, last[all].length, own, end, record);
    return 1;
}

/* One line, of `length` octets without its line feed. */
static void one_line(screen *screen, const uint8_t *line, size_t length, const bits *found, size_t from,
                     int64_t offset) {
    place record = {offset, offset + (int64_t)length};
    size_t size = length;
    if (size && line[size - 1] == '\r') size--;
    if (!size) {
        screen->out->blank++;
        return;
    }
    screen->out->records++;
    const kernel *kernel = screen->kernel;
    if (size > MAX_NAME + 1) {
        screen_record(screen, record);
        return;
    }
    size_t bare = size > 1 && line[size - 1] == '.' ? size - 1 : size;
    if (found && bare <= SHORT_NAME && !kernel->scope_all && !kernel->embedded) {
        uint64_t inside = (1ull << bare) - 1;
        if (!(window(found->special, from) & inside) &&
            short_name(screen, line, (int)bare, window(found->dots, from) & inside, record))
            return;
    }
    screen_name(screen, line, (int)size, record);
}

enum { GENERAL, PLAIN, LOCATED };

/* A line, and of a located one its only label that counts. */
typedef struct {
    uint64_t key, dots;
    uint32_t from, length; /* of the line without its line feed, in the stretch */
    uint8_t bare, label, label_length, state;
} note;

/* Finds the registrable label of a plain name under a top-level domain: nearly every name. All of it
 * is computed for any line, also where it makes no sense, since a branch that is guessed wrong costs
 * more. Eight octets behind the line must be readable. */
static void locate(const screen *screen, const uint8_t *text, const bits *found, note *note) {
    const uint8_t *line = text + note->from;
    uint32_t bare = note->length;
    bare -= bare && line[bare - 1] == '\r';
    bare -= bare > 1 && line[bare - 1] == '.';
    uint64_t inside = ~0ull >> ((64 - bare) & 63);
    uint64_t special = window(found->special, note->from) & inside;
    uint64_t dots = window(found->dots, note->from) & inside;
    /* Below, bit i + 1 says that a dot stands at i; bit 0 is the beginning of the name. */
    uint64_t starts = dots << 1 | 1;
    uint32_t top = (uint32_t)highest(starts);
    starts = (starts ^ 1ull << top) | 1;
    uint32_t label = (uint32_t)highest(starts), length = top - label - 1;
    int plain = bare - 2 < SHORT_NAME - 1 && !special && dots && top < bare;
    if (!plain) top = label = 0, length = 1;
    int is_top = suffixes_is_top(&screen->kernel->suffixes, line + top, plain ? bare - top : 1, line + label, length);
    note->dots = dots;
    note->bare = (uint8_t)bare;
    note->label = (uint8_t)label;
    note->label_length = (uint8_t)length;
    note->state = (uint8_t)(plain + (plain & is_top));
}

/* The same for a plain name below a longer suffix. Where the list's sections differ, two labels count. */
static void locate_below(const screen *screen, const uint8_t *text, note *note) {
    span last[HELD];
    int icann, all;
    const uint8_t *line = text + note->from;
    if (!find_suffix(screen, line, note->bare, note->dots, last, &icann, &all) || icann != all) return;
    note->label = (uint8_t)(last[all].start - line);
    note->label_length = (uint8_t)last[all].length;
    note->state = LOCATED;
}

/* Looks at lines together, each step for all of them, so that the steps of many overlap. */
static void take_group(screen *screen, const uint8_t *text, const bits *found, note *notes, int count,
                       int64_t offset) {
    const key_table *keys = &screen->kernel->keys;
    uint16_t left[GROUP];
    int waiting = 0;
    for (int i = 0; i < count; i++) {
        locate(screen, text, found, notes + i);
        left[waiting] = (uint16_t)i;
        waiting += notes[i].state == PLAIN;
    }
    for (int i = 0; i < waiting; i++) locate_below(screen, text, notes + left[i]);
    for (int i = 0; i < count; i++) {
        note *note = notes + i;
        int length = note->state == LOCATED ? note->label_length : 0;
        note->key = mix(ascii_state(screen->kernel, text + note->from + note->label, length));
        __builtin_prefetch(filter_word(keys, note->key));
    }
    waiting = 0;
    for (int i = 0; i < count; i++) {
        int located = notes[i].state == LOCATED;
        uint64_t lacking = filter_bits(notes[i].key) & ~*filter_word(keys, notes[i].key);
        left[waiting] = (uint16_t)i;
        waiting += !located | !lacking;
        screen->out->records += located;
    }
    for (int i = 0; i < waiting; i++) {
        const note *note = notes + left[i];
        const uint8_t *line = text + note->from, *label = line + note->label;
        place record = {offset + note->from, offset + note->from + note->length};
        if (note->state == LOCATED)
            screen_key(screen, note->key, label, note->label_length, label, line + note->bare, record);
        else one_line(screen, line, note->length, found, note->from, record.start);
    }
}

/* A stretch of whole lines: it ends behind a line feed. */
static void stretch(screen *screen, const uint8_t *text, size_t length, int64_t offset) {
    const kernel *kernel = screen->kernel;
    bits found;
    note notes[GROUP];
    uint32_t line = 0;
    int count = 0, together = !kernel->scope_all && !kernel->embedded && LITTLE_END;
    find_bits(text, length, &found);
    for (size_t word = 0; word * 64 < length; word++) {
        uint64_t left = found.lines[word];
        while (left) {
            uint32_t at = (uint32_t)(word * 64) + (uint32_t)__builtin_ctzll(left);
            left &= left - 1;
            if (together && screen->limit - (text + at) >= 8) {
                notes[count++] = (note){.from = line, .length = at - line};
            } else {
                take_group(screen, text, &found, notes, count, offset);
                count = 0;
                one_line(screen, text + line, at - line, &found, line, offset + line);
            }
            if (count == GROUP) {
                take_group(screen, text, &found, notes, count, offset);
                count = 0;
            }
            line = at + 1;
        }
    }
    take_group(screen, text, &found, notes, count, offset);
}

void screen_lines(screen *screen, const uint8_t *block, size_t length) {
    size_t at = 0;
    while (at < length) {
        size_t size = length - at < STRETCH ? length - at : STRETCH;
        while (size && block[at + size - 1] != '\n') size--;
        if (size) {
            stretch(screen, block + at, size, (int64_t)at);
            at += size;
            continue;
        }
        /* No line ends within a stretch: one long line, or the last one without a line feed. */
        const uint8_t *stop = memchr(block + at, '\n', length - at);
        size_t end = stop ? (size_t)(stop - block) : length;
        one_line(screen, block + at, end - at, NULL, 0, (int64_t)at);
        at = end + 1;
    }
}
