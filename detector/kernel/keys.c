/* Keys of targets, and own names: open addressing, built once, read by many threads. */
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

#define FIRST_SIZE 1024u

static uint64_t slot_of(uint64_t key) { return key ^ key >> 23; }

int keys_init(key_table *table, uint32_t targets) {
    uint64_t size = FIRST_SIZE;
    while (size < (uint64_t)targets * 6) size *= 2; /* some three keys a target */
    memset(table, 0, sizeof *table);
    table->entries = calloc(size, sizeof *table->entries);
    table->mask = size - 1;
    table->postings_size = (uint32_t)(size / 2 < 0x7fffffff ? size / 2 : 0x7fffffff);
    table->postings = malloc(table->postings_size * sizeof *table->postings);
    table->postings_used = 1; /* 0 ends a chain */
    return table->entries && table->postings ? 0 : -1;
}

void keys_free(key_table *table) {
    free(table->entries);
    free(table->postings);
    free(table->filter);
    free(table->text);
}

static key_entry *entry_for(key_entry *entries, uint64_t mask, uint64_t key) {
    uint64_t at = slot_of(key) & mask;
    while (entries[at].used && entries[at].key != key) at = (at + 1) & mask;
    return entries + at;
}

static int grow(key_table *table) {
    uint64_t mask = table->mask * 2 + 1;
    key_entry *entries = calloc(mask + 1, sizeof *entries);
    if (!entries) return -1;
    for (uint64_t i = 0; i <= table->mask; i++)
        if (table->entries[i].used) *entry_for(entries, mask, table->entries[i].key) = table->entries[i];
    free(table->entries);
    table->entries = entries;
    table->mask = mask;
    return 0;
}

int keys_add(key_table *table, uint64_t key, const key_posting *posting) {
    if (((uint64_t)table->count + 1) * 2 > table->mask && grow(table)) return -1;
    if (table->postings_used == table->postings_size) {
        uint32_t size = table->postings_size * 2;
        key_posting *postings = realloc(table->postings, size * sizeof *postings);
        if (!postings) return -1;
        table->postings = postings;
        table->postings_size = size;
    }
    key_entry *entry = entry_for(table->entries, table->mask, key);
    if (!entry->used) {
        *entry = (key_entry){key, posting->raw, 0, 1};
        table->count++;
    } else if (entry->raw != posting->raw) {
        entry->raw = 0;
    }
    if (entry->posting && table->postings[entry->posting].target == posting->target) return 0;
    table->postings[table->postings_used] = *posting;
    table->postings[table->postings_used].next = entry->posting;
    entry->posting = table->postings_used++;
    return 0;
}

int keys_seal(key_table *table) {
    uint64_t words = 64;
    while (words * 4 < table->count) words *= 2; /* 16 to 32 bits a key */
    free(table->filter);
    table->filter = calloc(words, sizeof *table->filter);
    if (!table->filter) return -1;
    table->filter_mask = words - 1;
    for (uint64_t i = 0; i <= table->mask; i++) {
        uint64_t key = table->entries[i].key;
        if (table->entries[i].used)
            table->filter[(key >> 12) & table->filter_mask] |= filter_bits(key);
    }
    return 0;
}

const key_entry *keys_find(const key_table *table, uint64_t key) {
    const key_entry *entry = entry_for(table->entries, table->mask, key);
    return entry->used ? entry : NULL;
}

/* Rewrites up to `budget` places of a folded target label by a pair outside the expansion, as
 * Skeletonizer._swapped does, and adds the key of every result. */
static int add_swapped(kernel *kernel, const uint8_t *text, int length, int from, int budget,
                       const key_posting *posting) {
    uint64_t key = mix(ascii_state(kernel, text, length));
    if (keys_add(&kernel->keys, key, posting)) return -1;
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
                if (add_swapped(kernel, changed, length - 1, at + 1, budget - 1, posting)) return -1;
            }
            if (text[at] == letter) {
                memcpy(changed, text, (size_t)at);
                memcpy(changed + at, pair, 2);
                memcpy(changed + at + 2, text + at + 1, (size_t)(length - at - 1));
                if (add_swapped(kernel, changed, length + 1, at + 2, budget - 1, posting)) return -1;
            }
        }
    }
    return 0;
}

static int add_target(kernel *kernel, span label, span domain, uint32_t target) {
    uint8_t folded[MAX_LABEL];
    key_posting any = {0, 0, 0, target, 0, ANY_LENGTH};
    uint64_t whole = ascii_state(kernel, domain.start, domain.length);
    if (domain.length > 0 && keys_add(&kernel->keys, mix(whole), &any)) return -1;
    if (label.length <= 0 || label.length > MAX_LABEL) return 0;
    for (int i = 0; i < label.length; i++) {
        if (label.start[i] >= 0x80) return 0;
        folded[i] = kernel->fold[label.start[i]];
    }
    key_posting posting = {bytes_hash(label.start, label.length), kernel->text_used, 0, target, 0,
                           (uint32_t)label.length};
    memcpy(kernel->keys.text + kernel->text_used, label.start, (size_t)label.length);
    kernel->text_used += (uint32_t)label.length;
    if (domain.length > label.length + 1)
        posting.suffix = (uint32_t)bytes_hash(domain.start + label.length + 1, domain.length - label.length - 1);
    return add_swapped(kernel, folded, label.length, 0, 2, &posting);
}

int kernel_add_targets(kernel *kernel) {
    const target_rows *rows = kernel->targets;
    if (keys_init(&kernel->keys, rows->count)) return -1;
    kernel->keys.text = malloc(rows->used + 1); /* the labels are no longer than the domains */
    if (!kernel->keys.text) return -1;
    for (uint32_t place = 0; place < rows->count; place++)
        if (add_target(kernel, rows_label(rows, place), rows_domain(rows, place), place)) return -1;
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
