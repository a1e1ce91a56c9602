/* Keys of targets, and own names: open addressing, built once, read by many threads. */
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#ifdef __linux__
#include <sys/mman.h>
#endif

#define HUGE ((size_t)1 << 21)

#define FIRST_SIZE 1024u
#define QUEUE 16 /* keys that wait for their memory */
#define MAX_WORDS (1u << 20) /* of the filter: as many as its half of a key can tell apart */

/* Zeroed memory, in huge pages where the system has some: probes are spread all over it. */
static void *spread(size_t size) {
#ifdef MADV_HUGEPAGE
    if (size >= HUGE) {
        size = (size + HUGE - 1) & ~(size_t)(HUGE - 1);
        void *memory = aligned_alloc(HUGE, size);
        if (!memory) return NULL;
        madvise(memory, size, MADV_HUGEPAGE);
        return memset(memory, 0, size);
    }
#endif
    return calloc(size, 1);
}

int keys_init(key_table *table, uint32_t targets) {
    uint64_t size = FIRST_SIZE;
    while (size < (uint64_t)targets * 4) size *= 2; /* two to three keys a target */
    uint64_t words = size / 4 < MAX_WORDS ? size / 4 : MAX_WORDS; /* some 25 bits a key */
    memset(table, 0, sizeof *table);
    table->filter = spread(words * sizeof *table->filter);
    table->filter_mask = words - 1;
    table->entries = spread(size * sizeof *table->entries);
    table->mask = size - 1;
    table->postings_size = (uint32_t)size;
    table->postings = malloc(table->postings_size * sizeof *table->postings);
    table->postings_used = 1; /* 0 ends a chain */
    table->suffixes = calloc((size_t)targets + 1, sizeof *table->suffixes);
    return table->entries && table->filter && table->postings && table->suffixes ? 0 : -1;
}

void keys_free(key_table *table) {
    free(table->entries);
    free(table->postings);
    free(table->filter);
    free(table->suffixes);
}

static uint32_t tag_of(uint64_t key) { return (uint32_t)(key >> 32); }

static key_entry *entry_for(const key_table *table, uint32_t tag) {
    uint64_t at = key_slot(table, tag);
    while (table->entries[at].posting && table->entries[at].tag != tag) at = (at + 1) & table->mask;
    return table->entries + at;
}

static int grow(key_table *table) {
    key_table wider = *table;
    wider.mask = table->mask * 2 + 1;
    wider.entries = spread((wider.mask + 1) * sizeof *wider.entries);
    if (!wider.entries) return -1;
    for (uint64_t i = 0; i <= table->mask; i++)
        if (table->entries[i].posting) *entry_for(&wider, table->entries[i].tag) = table->entries[i];
    free(table->entries);
    *table = wider;
    return 0;
}

int keys_add(key_table *table, uint64_t key, uint64_t raw, uint32_t target) {
    if (((uint64_t)table->count + 1) * 4 > table->mask * 3 && grow(table)) return -1;
    if (table->postings_used == table->postings_size) {
        uint32_t size = table->postings_size * 2;
        key_posting *postings = realloc(table->postings, size * sizeof *postings);
        if (!postings) return -1;
        table->postings = postings;
        table->postings_size = size;
    }
    table->filter[filter_word(table, key) - table->filter] |= filter_bits(key);
    key_entry *entry = entry_for(table, tag_of(key));
    if (!entry->posting) {
        *entry = (key_entry){raw, tag_of(key), 0};
        table->count++;
    } else if (entry->raw != raw) {
        entry->raw = 0;
    }
    if (entry->posting && table->postings[entry->posting].target == target) return 0;
    table->postings[table->postings_used] = (key_posting){target, entry->posting};
    entry->posting = table->postings_used++;
    return 0;
}

const key_entry *keys_find(const key_table *table, uint64_t key) {
    const key_entry *entry = entry_for(table, tag_of(key));
    return entry->posting ? entry : NULL;
}

/* Keys on their way into the table, in order: memory is asked for what a key touches when it comes,
 * and is there once it is added. */
typedef struct {
    kernel *kernel;
    struct {
        uint64_t key, raw;
        uint32_t target;
    } waiting[QUEUE];
    uint64_t head, tail; /* taken in, added */
} queue;

static int add_first(queue *queue) {
    uint64_t at = queue->tail++ % QUEUE;
    return keys_add(&queue->kernel->keys, queue->waiting[at].key, queue->waiting[at].raw, queue->waiting[at].target);
}

static int add_key(queue *queue, uint64_t key, uint64_t raw, uint32_t target) {
    key_table *table = &queue->kernel->keys;
    if (queue->head - queue->tail == QUEUE && add_first(queue)) return -1;
    uint64_t at = queue->head++ % QUEUE;
    queue->waiting[at].key = key;
    queue->waiting[at].raw = raw;
    queue->waiting[at].target = target;
    __builtin_prefetch(filter_word(table, key), 1);
    __builtin_prefetch(table->entries + key_slot(table, tag_of(key)), 1);
    return 0;
}

/* Rewrites up to `budget` places of a folded target label by a pair outside the expansion, as
 * Skeletonizer._swapped does, and adds the key of every result. */
static int add_swapped(queue *queue, const uint8_t *text, int length, int from, int budget, uint64_t raw,
                       uint32_t target) {
    const kernel *kernel = queue->kernel;
    if (add_key(queue, mix(ascii_state(kernel, text, length)), raw, target)) return -1;
    if (!budget) return 0;
    uint8_t changed[MAX_LABEL + 8];
    for (int at = from; at < length; at++) {
        for (int i = 0; i < kernel->swaps; i++) {
            const uint8_t *pair = kernel->swap_pair[i];
            uint8_t letter = kernel->swap_letter[i];
            if (at + 1 < length && text[at] == pair[0] && text[at + 1] == pair[1]) {
                memcpy(changed, text, (size_t)at);
                changed[at] = letter;
                memcpy(changed + at + 1, text + at + 2, (size_t)(length - at - 2));
                if (add_swapped(queue, changed, length - 1, at + 1, budget - 1, raw, target)) return -1;
            }
            if (text[at] == letter) {
                memcpy(changed, text, (size_t)at);
                memcpy(changed + at, pair, 2);
                memcpy(changed + at + 2, text + at + 1, (size_t)(length - at - 1));
                if (add_swapped(queue, changed, length + 1, at + 2, budget - 1, raw, target)) return -1;
            }
        }
    }
    return 0;
}

static int add_target(queue *queue, span label, span domain, uint32_t target) {
    kernel *kernel = queue->kernel;
    uint8_t folded[MAX_LABEL];
    uint64_t whole = ascii_state(kernel, domain.start, domain.length);
    if (domain.length > 0 && add_key(queue, mix(whole), 0, target | OTHER)) return -1;
    if (label.length <= 0 || label.length > MAX_LABEL) return 0;
    for (int i = 0; i < label.length; i++) {
        if (label.start[i] >= 0x80) return 0;
        folded[i] = kernel->fold[label.start[i]];
    }
    if (domain.length > label.length + 1)
        kernel->keys.suffixes[target] =
            (uint32_t)bytes_hash(label.start + label.length + 1, domain.length - label.length - 1);
    return add_swapped(queue, folded, label.length, 0, 2, bytes_hash(label.start, label.length), target);
}

int kernel_add_targets(kernel *kernel) {
    const target_rows *rows = kernel->targets;
    queue queue = {.kernel = kernel};
    if (rows->count >= OTHER || keys_init(&kernel->keys, rows->count)) return -1;
    for (uint32_t place = 0; place < rows->count; place++)
        if (add_target(&queue, rows_label(rows, place), rows_domain(rows, place), place)) return -1;
    while (queue.tail < queue.head)
        if (add_first(&queue)) return -1;
    return 0;
}

int names_init(name_set *set, const char *joined, size_t length) {
    uint32_t count = 0, size = 64;
    for (size_t i = 0; i < length; i++) count += joined[i] == '\n';
    while (size < count * 2 + 2) size *= 2;
    memset(set, 0, sizeof *set);
    set->slots = calloc(size, sizeof *set->slots);
    set->offsets = malloc((count + 1) * sizeof *set->offsets);
    set->lengths = malloc(count + 1);
    set->text = malloc(length + 1);
    set->mask = size - 1;
    if (!set->slots || !set->offsets || !set->lengths || !set->text) return -1;
    memcpy(set->text, joined, length);
    for (size_t start = 0; start < length;) {
        const char *stop = memchr(joined + start, '\n', length - start);
        size_t size_of = stop ? (size_t)(stop - joined) - start : length - start;
        const uint8_t *name = (const uint8_t *)joined + start;
        if (stop && size_of && size_of <= MAX_NAME && !names_has(set, name, (int)size_of)) {
            uint32_t at = (uint32_t)mix(bytes_hash(name, (int)size_of)) & set->mask;
            while (set->slots[at]) at = (at + 1) & set->mask;
            set->offsets[set->count] = (uint32_t)start;
            set->lengths[set->count] = (uint8_t)size_of;
            set->slots[at] = ++set->count;
        }
        start += size_of + 1;
    }
    return 0;
}

int names_has(const name_set *set, const uint8_t *name, int length) {
    uint32_t at = (uint32_t)mix(bytes_hash(name, length)) & set->mask;
    for (; set->slots[at]; at = (at + 1) & set->mask) {
        uint32_t entry = set->slots[at] - 1;
        if (set->lengths[entry] == length && !memcmp(set->text + set->offsets[entry], name, (size_t)length))
            return 1;
    }
    return 0;
}

void names_free(name_set *set) {
    free(set->slots);
    free(set->offsets);
    free(set->lengths);
    free(set->text);
}
