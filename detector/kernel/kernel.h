/* The screen: decides, name by name and at memory speed, which names the judge must see.
 *
 * A name is clean unless one of its labels that can be judged has a skeleton key of a target and is
 * not that target's own label, or unless it is unusual in any way (escapes, odd octets, limits):
 * then Python looks at it. So the screen may let too much through, never too little.
 *
 * Keys are hashed while they are read. With V(c) a constant per letter of a key, the hash of a key
 * is h = h * K + V(c) from left to right (mod 2^64). A character that reads as several letters is
 * then one affine step h = h * mult + add, whatever the number of its letters.
 *
 * Nothing in here allocates per name, calls Python without the interpreter lock, or trusts a length.
 */
#ifndef GLYPHWATCH_KERNEL_H
#define GLYPHWATCH_KERNEL_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MAX_NAME 253      /* octets of a name without the last dot, RFC 1035 */
#define MAX_LABEL 63      /* octets of a label, RFC 1035 */
#define MAX_LABELS 128
#define MAX_OPTIONS 3     /* readings of one character */
#define MAX_AMBIGUOUS 5   /* as detector.skeleton */
#define MAX_KEYS 128      /* as detector.skeleton */
#define MAX_LINE 65536    /* octets of a JSON line that is read here */
#define MAX_SWAP_PAIRS 64
#define MAX_LETTER_ROWS 512
#define TINY_TARGET 2     /* as detector.brakes */
#define SHORT_TARGET 4
#define PLAIN_TARGET 3
#define PLAIN_LENGTH 6

typedef struct {
    uint64_t mult, add; /* h -> h * mult + add */
} step;

typedef struct {
    int count;               /* 1 to MAX_OPTIONS; 0: the resolver failed */
    int stable;              /* UTS #46 and NFC leave the code point as it is */
    step option[MAX_OPTIONS];
} reading;

typedef struct {
    const uint8_t *start;
    int length;
} span;

typedef struct {
    int64_t start, end; /* octets of a block, or index and index + 1 of an Arrow array */
} place;

/* Up to 8 octets as one number; `limit` is where readable memory ends. Little or big end first: the
 * number is only compared and hashed. */
static inline uint64_t first_octets(const uint8_t *text, int length, const uint8_t *limit) {
    uint64_t word = 0;
    if (length >= 8) memcpy(&word, text, 8);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    else if (limit - text >= 8) {
        memcpy(&word, text, 8);
        word &= (1ull << (length * 8)) - 1;
    }
#endif
    else memcpy(&word, text, (size_t)length);
    return word;
}

/* ---- suffixes.c: the Public Suffix List as a hash table of (parent node, label) ---- */

enum {
    RULE_ICANN = 1,
    RULE_PRIVATE = 2,
    WILDCARD_ICANN = 4,
    WILDCARD_PRIVATE = 8,
    EXCEPTION_ICANN = 16,
    EXCEPTION_PRIVATE = 32,
    IDN_CHILD = 64 /* some rule below has an xn-- label: a raw Unicode label must be encoded */
};

typedef struct {
    uint64_t first;        /* the label's first 8 octets, as first_octets() gives them */
    uint32_t parent, text; /* node number; offset of the label in the text pool */
    uint8_t length, flags, has_children, used;
} suffix_node;

#define SEEN_BITS 18 /* 32 KiB: some 25 bits a node; nearly every label under com ends here */
#define TOP_BITS 13  /* slots for top-level domains of up to 8 octets: some five a domain */

typedef struct {
    uint64_t first; /* as a suffix_node's; 0: an empty slot */
    uint64_t seed;  /* what its number adds to the hash of a label below it */
    uint64_t plain; /* 1: neither wildcard nor exception, and no node but those below it */
} top_level;

typedef struct {
    suffix_node *slots;
    uint64_t *seen; /* a bit for the hash of every node */
    top_level *tops;
    uint32_t mask, count, text_used, text_size;
    char *text;
} suffix_table;

int suffixes_init(suffix_table *table, uint32_t rules);
int suffixes_add(suffix_table *table, const char *rule, size_t length, int flags);
void suffixes_seal(suffix_table *table); /* call after the last suffixes_add */
void suffixes_free(suffix_table *table);
/* Labels in the public suffix by ICANN rules and by all rules; 0 if a raw Unicode label may matter.
 * `unlisted`: not even the last label is in the list. */
int suffixes_match(const suffix_table *table, const span *labels, int count, const uint8_t *limit,
                   int *icann, int *all, int *unlisted);

/* The same for a plain name whose last three labels are given, the last one first (`held` of them).
 * Returns 0 where more would be needed to say: wildcards, exceptions, longer suffixes. */
int suffixes_match_plain(const suffix_table *table, const span *last, int held, const uint8_t *limit,
                         int *icann, int *all);

/* Up to 8 octets as one number, without a branch; 8 must be readable. Little end first only. */
static inline uint64_t loaded(const uint8_t *text, uint32_t length) {
    uint64_t word;
    memcpy(&word, text, 8);
    return word & ~0ull >> (8 - (length < 8 ? length : 8)) * 8;
}

static inline uint64_t node_seed(uint32_t parent) { return (uint64_t)parent * 0xff51afd7ed558ccdu; }

/* First and last octets only: what lies between is compared anyway. */
static inline uint64_t node_hash(uint64_t seed, uint64_t first, uint64_t last) {
    uint64_t h = (first ^ seed) * 0x9e3779b97f4a7c15u;
    h ^= last * 0xd6e8feb86659fd93u;
    return h ^ h >> 32;
}

static inline uint64_t *seen_word(const suffix_table *table, uint64_t hash) {
    return table->seen + ((hash >> 6) & ((1u << (SEEN_BITS - 6)) - 1));
}

static inline uint32_t top_slot(uint64_t first) {
    return (uint32_t)(first * 0x9e3779b97f4a7c15u >> (64 - TOP_BITS));
}

/* Tells that the public suffix of a plain name is its last label and no more, by all rules; 0 says
 * nothing. Nearly free of branches, and reads 8 octets from where each label begins. */
static inline int suffixes_is_top(const suffix_table *table, const uint8_t *top, uint32_t top_length,
                                  const uint8_t *label, uint32_t length) {
    uint64_t first = loaded(top, top_length);
    uint32_t at = top_slot(first);
    while (table->tops[at].first != first && table->tops[at].first) at = (at + 1) & ((1u << TOP_BITS) - 1);
    const top_level *found = table->tops + at;
    uint64_t last = loaded(length > 8 ? label + length - 8 : label, 8) & (0 - (uint64_t)(length > 8));
    uint64_t hash = node_hash(found->seed, loaded(label, length), last);
    uint64_t below = *seen_word(table, hash) >> (hash & 63) & 1;
    return (int)(found->plain & (below ^ 1)) & (top_length <= 8);
}

/* Tells whether a name is named in the list, by a rule or on the way to one. */
int suffixes_names(const suffix_table *table, const span *labels, int count, const uint8_t *limit);

/* ---- punycode.c ---- */

/* Decodes what follows xn--; returns the number of code points, or -1. RFC 3492 section 6.2. */
int punycode_decode(const uint8_t *text, int length, uint32_t *out, int room);

/* ---- keys.c: key -> targets, with a filter in front of it ---- */

typedef struct {
    uint64_t raw;          /* hash of the label of all its targets; 0 if they have several */
    uint32_t tag, posting; /* upper half of the key; first of the targets, in postings: 0 is none */
} key_entry;

typedef struct {
    uint32_t target, next; /* of a key that is not the label's, with OTHER added */
} key_posting;

#define OTHER 0x80000000u

typedef struct {
    key_entry *entries;
    key_posting *postings;
    uint64_t *filter;
    uint32_t *suffixes; /* by target: low half of the hash of what stands right of its label */
    uint64_t mask, filter_mask;
    uint32_t count, postings_used, postings_size;
} key_table;

int keys_init(key_table *table, uint32_t targets);
int keys_add(key_table *table, uint64_t key, uint64_t raw, uint32_t target);
void keys_free(key_table *table);
/* Finds a key by its upper half: now and then another key's targets come, never too few. */
const key_entry *keys_find(const key_table *table, uint64_t key);

static inline uint64_t key_slot(const key_table *table, uint32_t tag) {
    return (tag * 0x9e3779b97f4a7c15u >> 32) & table->mask;
}

static inline uint64_t mix(uint64_t h) {
    h ^= h >> 32;
    h *= 0xd6e8feb86659fd93u;
    h ^= h >> 29;
    h *= 0x9e3779b97f4a7c15u;
    return h ^ (h >> 32);
}

/* The filter goes by the lower half of a key, the table by the upper one. */
static inline uint64_t filter_bits(uint64_t key) {
    return (1ull << (key & 63)) | (1ull << ((key >> 6) & 63));
}

static inline const uint64_t *filter_word(const key_table *table, uint64_t key) {
    return table->filter + ((uint32_t)key >> 12 & table->filter_mask);
}

/* ---- rows.c: the targets, as their file has them ---- */

#define MAX_COLUMNS 64

typedef struct {
    uint32_t text;                    /* where its three texts begin in target_rows.text */
    uint32_t domain, brand, industry; /* their octets */
    uint32_t line;
    uint32_t label; /* octets of the domain's first label */
} target_row;

typedef struct {
    target_row *rows;
    uint8_t *text;
    uint32_t *slots, *label_slots; /* hash -> 1 + place */
    size_t used, room;
    uint32_t count, size, mask, label_mask;
    suffix_table suffixes;
} target_rows;

typedef struct {
    const uint8_t *text;
    size_t size, at;
    uint32_t line; /* of what comes next */
    int width, domain, brand, industry, owned; /* columns; owned: -1 if there is none */
} row_reader;

int rows_init(target_rows *rows);
void rows_free(target_rows *rows);
int rows_append(target_rows *rows, span domain, span brand, span industry, uint32_t line);
/* Takes rows up to one that is not plain: 1 with that line, 0 at the end, -1 without memory. */
int rows_read(target_rows *rows, row_reader *reader, span *odd);
int64_t rows_find(const target_rows *rows, span domain); /* its place, or -1 */
int rows_has_label(target_rows *rows, span label);
span rows_domain(const target_rows *rows, uint32_t place);
span rows_label(const target_rows *rows, uint32_t place);

/* ---- own names: the exact registrable domains that are never reported ---- */

typedef struct {
    uint32_t *slots, *offsets; /* slot -> 1 + entry; entry -> offset of its text */
    uint8_t *lengths;
    char *text;
    uint32_t mask, count;
} name_set;

int names_init(name_set *set, const char *joined, size_t length); /* names, each ended by \n */
int names_has(const name_set *set, const uint8_t *name, int length);
void names_free(name_set *set);

uint64_t bytes_hash(const uint8_t *text, int length);

/* ---- readings.c ---- */

typedef struct kernel kernel;
typedef struct {
    kernel *kernel;
    void *thread; /* the interpreter's thread state while the lock is released */
    int failed;   /* a resolver raised: the call ends with that exception */
} visit;

typedef reading *(*resolver)(visit *visit, uint32_t code_point);

struct kernel {
    step ascii[128];
    reading **pages[0x1100];
    resolver resolve;
    void *resolve_with;
    suffix_table suffixes;
    key_table keys;
    const target_rows *targets;
    name_set own; /* other names that are never reported */
    uint8_t swap_pair[MAX_SWAP_PAIRS][2], swap_letter[MAX_SWAP_PAIRS];
    int swaps;
    uint8_t fold[128];
    uint8_t folds[128][16];                  /* the letters that a letter stands for, itself first */
    uint8_t rows[MAX_LETTER_ROWS][3];        /* two letters and the one that they read as */
    int row_count;
    int scope_all, embedded, suffix_swap, hold_plain;
};

uint64_t letter_value(uint32_t code_point);
step text_step(const uint32_t *text, int length); /* the step of a whole key part */
const reading *reading_of(visit *visit, uint32_t code_point);
void readings_free(kernel *kernel);
uint64_t ascii_state(const kernel *kernel, const uint8_t *text, int length);
int kernel_add_targets(kernel *kernel); /* those of its rows */

/* ---- align.c ---- */

/* Tells whether an ASCII label can be read as another one by the map's rows: a letter as one of its
 * class, two letters as one, one as two. What detector.alignment decides, without confidences. */
int can_align(const kernel *kernel, const uint8_t *name, int length, const uint8_t *target, int target_length);

/* ---- screen.c and the drivers ---- */

typedef struct {
    int64_t *spans; /* start, end, start, end, ... */
    size_t used, size;
    int64_t records, blank;
    int failed; /* out of memory */
} hits;

typedef struct {
    uint64_t key;
    place record;
    const uint8_t *label, *own;
    uint8_t label_length, own_length, state;
} probe;

#define RING 64
#define FILTER_LAG 20
#define TABLE_LAG 16

typedef struct {
    visit visit;
    kernel *kernel;
    hits *out;
    const uint8_t *limit; /* where the memory ends that labels lie in */
    uint32_t head, middle, tail;
    probe ring[RING];
} screen;

int hits_add(hits *out, place record); /* 0: out of memory */
void screen_begin(screen *screen, kernel *kernel, void *thread, hits *out, const uint8_t *limit);
void screen_name(screen *screen, const uint8_t *name, int length, place record);
void screen_labels(screen *screen, const uint8_t *end, const span *labels, int count, int raw,
                   place record, int direct);
void screen_key(screen *screen, uint64_t key, const uint8_t *label, int length, const uint8_t *own,
                const uint8_t *end, place record);
void screen_ascii(screen *screen, const uint8_t *label, int length, const uint8_t *own, const uint8_t *end,
                  place record);
void screen_record(screen *screen, place record); /* hand this record to Python */
void screen_end(screen *screen);

void screen_lines(screen *screen, const uint8_t *block, size_t length);

/* ---- ndjson.c: where names stand in JSON, as a tree of keys ---- */

#define MAX_JSON_NODES 128
#define MAX_JSON_KEYS 64 /* of one node: a bit each */

enum {
    JSON_OBJECT = 1,
    JSON_ARRAY = 2,
    JSON_OWN = 4,   /* a name that the record is about: each record has one, or several */
    JSON_RDATA = 8, /* a name that it may point at */
    JSON_NEVER = 16, /* a record that has this is never clean */
    JSON_TEXT = 32, /* text; as the next two, a field that Python must look at if it is something else */
    JSON_COUNT = 64, /* a number of digits alone */
    JSON_TIME = 128 /* a number, or text as RFC 3339 has it */
};

typedef struct {
    span head, tail; /* what the key begins and ends with */
    uint64_t word;   /* the key's first octets, as first_octets() gives them, if it is not open */
    int open;        /* anything may stand between them */
    int child;
} json_entry;

typedef struct {
    int several;                        /* a record may be about more than one name */
    json_entry entries[MAX_JSON_NODES]; /* by node */
    int first[MAX_JSON_NODES + 1];      /* node -> first of its entries */
    int elements[MAX_JSON_NODES];       /* node -> node of an array's elements, or -1 */
    int kinds[MAX_JSON_NODES];
} json_shape;

void screen_ndjson(screen *screen, const json_shape *shape, const uint8_t *block, size_t length);
/* The name that rdata in presentation form ends with, if any; 0 if Python must look at it. */
int screen_rdata(screen *screen, span text, place record);
int is_usual_time(span text); /* a time of RFC 3339 that Python can read as well */

/* ---- columns.c ---- */

#define USUAL_DIGITS 15 /* of a count or time; Python looks at longer ones */

static inline int is_digits(span text) {
    int at = 0;
    while (at < text.length && text.start[at] >= '0' && text.start[at] <= '9') at++;
    return at == text.length && at <= USUAL_DIGITS;
}

typedef struct {
    span mark;   /* divides the fields; or stands before the name */
    int marked;  /* which of both */
    int own;     /* field of the name; or tokens between mark and name */
    int count;   /* fields; or tokens from the name to its class */
    int rdata;   /* field of what it points at, or -1 */
    int between; /* divides the values of that field, or 0 */
    span unset;  /* stands for no value */
    int number;  /* field of a number of digits alone, or -1 */
} line_shape;

void screen_columns(screen *screen, const line_shape *shape, const uint8_t *block, size_t length);

/* ---- delimited.c ---- */

#define MAX_CELLS 256

typedef struct {
    const uint8_t *kinds; /* of each column: what JSON has of the same field, or 0 */
    int count;            /* columns up to the last that is looked at */
    int own;              /* column of the names */
    uint8_t divider;
} row_shape;

void screen_rows(screen *screen, const row_shape *shape, const uint8_t *block, size_t length);
/* Where a last row begins that goes on in what follows; `length` if there is none. */
size_t rows_unfinished(const uint8_t *block, size_t length, int final);

/* ---- frames.c ---- */

enum { FRAME_TOO_LARGE = 1, FRAME_OF_OTHERS = 2 };

void screen_frames(screen *screen, const uint8_t *block, size_t length);
/* How many octets whole frames have, up to one with which something is wrong. */
size_t frames_whole(const uint8_t *block, size_t length, int *wrong);

/* ---- entries.c ---- */

void screen_entries(screen *screen, const uint8_t *block, size_t length); /* plain ones alone */
/* Adds where lines stand that are no plain entries, those that follow each other together; 0: out of
 * memory. */
int entries_odd(hits *out, const uint8_t *block, size_t length);

/* ---- strings.c ---- */

void screen_strings(screen *screen, const uint8_t *data, size_t size, const void *offsets, int wide,
                    size_t first, size_t count);

#endif
