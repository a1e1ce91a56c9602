/* Public suffixes: rules as nodes of a tree, found by (parent node, label), compared octet by octet,
 * so that no crafted label can pass for a rule.
 */
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

#define NONE 0xffffffffu
#define SPECIAL (WILDCARD_ICANN | WILDCARD_PRIVATE | EXCEPTION_ICANN | EXCEPTION_PRIVATE)

uint64_t bytes_hash(const uint8_t *text, int length) {
    uint64_t h = 0x9ae16a3b2f90404full ^ (uint64_t)length;
    while (length >= 8) {
        uint64_t word;
        memcpy(&word, text, 8);
        h = (h ^ word) * 0xd6e8feb86659fd93u;
        h ^= h >> 32;
        text += 8;
        length -= 8;
    }
    uint64_t word = 0;
    for (int i = 0; i < length; i++) word = word << 8 | text[i];
    h = (h ^ word) * 0x9e3779b97f4a7c15u;
    return h ^ (h >> 29);
}

int suffixes_init(suffix_table *table, uint32_t rules) {
    uint32_t size = 64;
    while (size < rules * 3) size *= 2;
    memset(table, 0, sizeof *table);
    table->slots = calloc(size, sizeof *table->slots);
    table->seen = calloc((1u << SEEN_BITS) / 64, sizeof *table->seen);
    table->tops = calloc(1u << TOP_BITS, sizeof *table->tops);
    table->text_size = 1 << 16;
    table->text = malloc(table->text_size);
    table->mask = size - 1;
    return table->slots && table->seen && table->tops && table->text ? 0 : -1;
}

void suffixes_free(suffix_table *table) {
    free(table->slots);
    free(table->seen);
    free(table->tops);
    free(table->text);
}

static uint64_t hash_of(uint32_t parent, const uint8_t *label, int length, const uint8_t *limit) {
    uint64_t last = 0;
    if (length > 8) memcpy(&last, label + length - 8, 8);
    return node_hash(node_seed(parent), first_octets(label, length, limit), last);
}

static uint32_t place_of(const suffix_table *table, uint64_t hash, uint32_t parent, const uint8_t *label,
                         int length, const uint8_t *limit) {
    uint64_t first = first_octets(label, length, limit);
    uint32_t at = (uint32_t)(hash >> 24) & table->mask;
    for (;; at = (at + 1) & table->mask) {
        const suffix_node *node = table->slots + at;
        if (!node->used) return at;
        if (node->parent == parent && node->first == first && node->length == length &&
            (length <= 8 || !memcmp(table->text + node->text, label, (size_t)length)))
            return at;
    }
}

static int store_text(suffix_table *table, const char *label, size_t length) {
    if (table->text_used + length > table->text_size) {
        uint32_t size = table->text_size * 2;
        char *text = realloc(table->text, size);
        if (!text) return -1;
        table->text = text;
        table->text_size = size;
    }
    memcpy(table->text + table->text_used, label, length);
    table->text_used += (uint32_t)length;
    return 0;
}

int suffixes_add(suffix_table *table, const char *rule, size_t length, int flags) {
    const char *end = rule + length;
    uint32_t parent = NONE;
    int idn = 0;
    while (end >= rule && length) {
        const char *start = end;
        while (start > rule && start[-1] != '.') start--;
        size_t size = (size_t)(end - start);
        if (!size || size > MAX_LABEL || (table->count + 1) * 2 > table->mask) return -1;
        if (parent != NONE) {
            table->slots[parent].has_children = 1;
            idn = size > 4 && !memcmp(start, "xn--", 4);
            if (idn) table->slots[parent].flags |= IDN_CHILD;
        }
        const uint8_t *label = (const uint8_t *)start, *limit = (const uint8_t *)end;
        uint64_t hash = hash_of(parent, label, (int)size, limit);
        uint32_t at = place_of(table, hash, parent, label, (int)size, limit);
        suffix_node *node = table->slots + at;
        if (!node->used) {
            uint64_t first = first_octets(label, (int)size, limit);
            *node = (suffix_node){first, parent, table->text_used, (uint8_t)size, 0, 0, 1};
            if (store_text(table, start, size)) return -1;
            *seen_word(table, hash) |= 1ull << (hash & 63);
            table->count++;
        }
        if (start == rule) node->flags |= (uint8_t)flags;
        parent = at;
        end = start - 1;
        if (start == rule) break;
    }
    return 0;
}

/* The top-level domains once more, by their octets alone. What is not there is looked up as ever. */
void suffixes_seal(suffix_table *table) {
    const uint32_t mask = (1u << TOP_BITS) - 1;
    uint32_t used = 0;
    for (uint32_t i = 0; i <= table->mask; i++) {
        const suffix_node *node = table->slots + i;
        if (!node->used || node->parent != NONE || node->length > 8) continue;
        if (++used > mask / 2) return;
        uint32_t at = top_slot(node->first);
        while (table->tops[at].first) at = (at + 1) & mask;
        table->tops[at] = (top_level){node->first, node_seed(i), !(node->flags & SPECIAL)};
    }
}

int suffixes_names(const suffix_table *table, const span *labels, int count, const uint8_t *limit) {
    uint32_t parent = NONE;
    for (int depth = 1; depth <= count; depth++) {
        span label = labels[count - depth];
        uint64_t hash = hash_of(parent, label.start, label.length, limit);
        parent = place_of(table, hash, parent, label.start, label.length, limit);
        if (!table->slots[parent].used) return 0;
    }
    return 1;
}

int suffixes_match(const suffix_table *table, const span *labels, int count, const uint8_t *limit,
                   int *icann, int *all, int *unlisted) {
    uint32_t parent = NONE;
    uint8_t above = 0; /* flags of the node above: its wildcards speak of this label */
    *icann = *all = 1;
    *unlisted = 1;
    for (int depth = 1; depth <= count; depth++) {
        span label = labels[count - depth];
        if (above & WILDCARD_ICANN) *icann = *all = depth;
        if (above & WILDCARD_PRIVATE) *all = depth;
        if (parent != NONE && !table->slots[parent].has_children) break;
        if (label.start[0] >= 0x80 && (parent == NONE || above & IDN_CHILD)) return 0;
        uint64_t hash = hash_of(parent, label.start, label.length, limit);
        if (!(*seen_word(table, hash) >> (hash & 63) & 1)) break;
        uint32_t at = place_of(table, hash, parent, label.start, label.length, limit);
        const suffix_node *node = table->slots + at;
        if (!node->used) break;
        *unlisted = 0;
        if (node->flags & EXCEPTION_ICANN) *icann = *all = depth - 1;
        else if (node->flags & RULE_ICANN) *icann = *all = depth;
        if (node->flags & EXCEPTION_PRIVATE) *all = depth - 1;
        else if (node->flags & RULE_PRIVATE) *all = depth;
        above = node->flags;
        parent = at;
    }
    return 1;
}

int suffixes_match_plain(const suffix_table *table, const span *last, int held, const uint8_t *limit,
                         int *icann, int *all) {
    uint32_t parent = NONE;
    *icann = *all = 1;
    for (int depth = 1; depth <= held; depth++) {
        span label = last[depth - 1];
        uint64_t hash = hash_of(parent, label.start, label.length, limit);
        if (!(*seen_word(table, hash) >> (hash & 63) & 1)) return 1;
        parent = place_of(table, hash, parent, label.start, label.length, limit);
        const suffix_node *node = table->slots + parent;
        if (!node->used) return 1;
        if (node->flags & SPECIAL) return 0;
        if (node->flags & RULE_ICANN) *icann = *all = depth;
        if (node->flags & RULE_PRIVATE) *all = depth;
        if (!node->has_children) return 1;
    }
    return 0; /* a rule may go on further left */
}
