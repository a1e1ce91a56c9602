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

/* A plain name of less than 64 octets; 0 if it must go the general way. */
static int short_name(screen *screen, const uint8_t *name, int length, uint64_t dots, place record) {
    span last[HELD];
    int held = 0, stop = length, icann, all;
    uint64_t left = dots;
    if (!left || left >> (length - 1)) return 0; /* one label; an empty last one */
    while (held < HELD) {
        int start = left ? highest(left) + 1 : 0;
        last[held++] = (span){name + start, stop - start};
        if (!left) break;
        left ^= 1ull << (start - 1);
        stop = start - 1;
    }
    if (!suffixes_match_plain(&screen->kernel->suffixes, last, held, screen->limit, &icann, &all)) return 0;
    if (all >= held) return 0;
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

/* A stretch of whole lines: it ends behind a line feed. */
static void stretch(screen *screen, const uint8_t *text, size_t length, int64_t offset) {
    bits found;
    size_t line = 0;
    find_bits(text, length, &found);
    for (size_t word = 0; word * 64 < length; word++) {
        uint64_t left = found.lines[word];
        while (left) {
            size_t at = word * 64 + (size_t)__builtin_ctzll(left);
            left &= left - 1;
            one_line(screen, text + line, at - line, &found, line, offset + (int64_t)line);
            line = at + 1;
        }
    }
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
