/* What is done with the numbers of columns, once a file is encoded: a pass over the rows each. */
#include "column.h"

static int all_known(const uint16_t *numbers, int64_t count, uint32_t known)
{
    uint16_t highest = 0;
    for (int64_t row = 0; row < count; row++)
        highest = numbers[row] > highest ? numbers[row] : highest;
    return highest < known;
}

/* Replace each number by the one that stands in its place; 1 where it has none. */
PUBLIC int32_t plusmds_renumber(uint16_t *numbers, int64_t count, const uint16_t *others, uint32_t known)
{
    if (!all_known(numbers, count, known))
        return 1;
    for (int64_t row = 0; row < count; row++)
        numbers[row] = others[numbers[row]];
    return 0;
}

/* Set, in a word of each row, the bits that belong to its number; 1 where a number has none. */
PUBLIC int32_t plusmds_set_bits(uint32_t *words, const uint16_t *numbers, int64_t count, const uint32_t *bits,
                                uint32_t known)
{
    if (!all_known(numbers, count, known))
        return 1;
    for (int64_t row = 0; row < count; row++)
        words[row] |= bits[numbers[row]];
    return 0;
}

/* Count how many rows have each number; 1 where one is not among them. */
PUBLIC int32_t plusmds_count(const uint16_t *numbers, int64_t count, int64_t *rows, uint32_t known)
{
    if (!all_known(numbers, count, known))
        return 1;
    for (int64_t row = 0; row < count; row++)
        rows[numbers[row]]++;
    return 0;
}

/* Mix a column of numbers into a hash of each row; a blank value makes it 0, and 0 it stays. */
PUBLIC void plusmds_hash_numbers(uint64_t *hashes, const uint16_t *numbers, int64_t count, const uint64_t *seeds)
{
    for (int64_t row = 0; row < count; row++)
        if (hashes[row])
            hashes[row] = numbers[row] ? combined(seeds, hashes[row], numbers[row]) : 0;
}

/* The same for a column of text. */
PUBLIC void plusmds_hash_texts(uint64_t *hashes, const uint8_t *text, const uint32_t *ends, int64_t count,
                               const uint64_t *seeds)
{
    for (int64_t row = 0; row < count; row++) {
        const uint32_t length = ends[row + 1] - ends[row];
        uint64_t low, high;
        if (!hashes[row])
            continue;
        if (!length) {
            hashes[row] = 0;
            continue;
        }
        if (length <= WORDS)
            load(text + ends[row], length, &low, &high);
        else
            fold(seeds, text + ends[row], length, &low, &high);
        hashes[row] = combined(seeds, combined(seeds, hashes[row], low), high ^ length);
    }
}

static inline uint32_t part_of(uint64_t hash, uint32_t parts)
{
    return (uint32_t)(((hash >> 48) * parts) >> 16);
}

/* Whether all hashes but 0 differ. They are put in order by their highest 16 bits, as `parts` of them (at most 65536),
 * so that the slots of one, as many as `mask` says, fit into the cache. `ordered` is as large as `hashes`, and `starts`
 * has a number more than there are parts. 1: they differ; 0: some may not. */
PUBLIC int32_t plusmds_differ(const uint64_t *hashes, int64_t count, uint64_t *ordered, int64_t *starts, uint32_t parts,
                              uint64_t *slots, uint64_t mask)
{
    memset(starts, 0, ((size_t)parts + 1) * sizeof *starts);
    for (int64_t row = 0; row < count; row++)
        if (hashes[row])
            starts[part_of(hashes[row], parts) + 1]++;
    for (uint32_t part = 0; part < parts; part++)
        starts[part + 1] += starts[part];
    for (int64_t row = 0; row < count; row++)
        if (hashes[row])
            ordered[starts[part_of(hashes[row], parts)]++] = hashes[row];
    /* each start is now where its part ends */
    for (uint32_t part = 0; part < parts; part++) {
        const int64_t start = part ? starts[part - 1] : 0;
        if ((uint64_t)(starts[part] - start) > mask)
            return 0;
        memset(slots, 0, ((size_t)mask + 1) * sizeof *slots);
        for (int64_t row = start; row < starts[part]; row++) {
            uint64_t slot = ordered[row] & mask;
            for (; slots[slot]; slot = (slot + 1) & mask)
                if (slots[slot] == ordered[row])
                    return 0;
            slots[slot] = ordered[row];
        }
    }
    return 1;
}
