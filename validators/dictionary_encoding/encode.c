/* Dictionary encoding of a CSV file: the values of each column are numbered as they are met, and a row is its numbers.
 *
 * Strict RFC 4180 alone: whatever else there is makes a function say so, and the file is read in another way. Nothing is
 * allocated here and nothing is kept. The caller owns every buffer and says how long it is; PADDING bytes after the text
 * may be read, and after the values of a text column written. Nothing here knows what a value means.
 */
#include "column.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* bytes looked at together */
#define STEP 64
/* bytes of a value that has a shape, and digits of a number that is read */
#define SHAPED 64
#define DIGITS 18

enum fault { NOT_STRICT = -1, TOO_MANY_ROWS = -2 };

/* A bit for each of 64 bytes that is one of three. */
static inline uint64_t found(const uint8_t *at, uint8_t one, uint8_t two, uint8_t three)
{
    uint64_t bits = 0;
#if defined(__SSE2__)
    const __m128i a = _mm_set1_epi8((char)one), b = _mm_set1_epi8((char)two), c = _mm_set1_epi8((char)three);
    for (int part = 0; part < STEP / 16; part++) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(at + 16 * part));
        const __m128i any =
            _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, a), _mm_cmpeq_epi8(bytes, b)), _mm_cmpeq_epi8(bytes, c));
        bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(any) << (16 * part);
    }
#else
    for (int part = 0; part < STEP; part++)
        bits |= (uint64_t)(at[part] == one || at[part] == two || at[part] == three) << part;
#endif
    return bits;
}

static inline unsigned lowest(uint64_t bits)
{
    return (unsigned)__builtin_ctzll(bits);
}

static void enlarge(Column *column)
{
    column->mask = column->mask * 2 + 1;
    memset(column->slots, 0, ((size_t)column->mask + 1) * sizeof *column->slots);
    for (uint32_t number = 1; number < column->count; number++) {
        uint64_t slot = mixed(column->seeds, column->values[number].low, column->values[number].high) & column->mask;
        while (column->slots[slot])
            slot = (slot + 1) & column->mask;
        column->slots[slot] = (uint16_t)number;
    }
}

/* The number of a value that was not met before; 0 where there is no room. */
static uint16_t added(Column *column, const uint8_t *at, uint32_t length, uint64_t low, uint64_t high, uint64_t slot)
{
    const uint32_t number = column->count;
    const uint32_t beside = length > WORDS ? length : 0;
    if (number >= column->most || beside > column->longer_most - column->longer_used) {
        column->kind = column->kind == TEXT ? TEXT : LEFT_OUT;
        column->shaped = 0;
        return 0;
    }
    column->values[number] = (Value){low, high, column->longer_used, length};
    if (beside) {
        memcpy(column->longer + column->longer_used, at, length);
        column->longer_used += length;
    }
    column->slots[slot] = (uint16_t)number;
    column->count = number + 1;
    if (column->count * 2 > column->mask)
        enlarge(column);
    return (uint16_t)number;
}

static inline uint16_t numbered(Column *column, const uint8_t *at, uint32_t length)
{
    uint64_t low, high;
    if (!length)
        return 0;
    if (length <= WORDS)
        load(at, length, &low, &high);
    else
        fold(column->seeds, at, length, &low, &high);
    uint64_t slot = mixed(column->seeds, low, high) & column->mask;
    for (uint16_t number; (number = column->slots[slot]); slot = (slot + 1) & column->mask) {
        const Value *known = &column->values[number];
        if (known->low == low && known->high == high && known->length == length &&
            (length <= WORDS || !memcmp(column->longer + known->start, at, length)))
            return number;
    }
    return added(column, at, length, low, high, slot);
}

/* The number of the shape of a value: every digit is a 0 in it, every letter of ASCII an A or an a. */
static inline uint16_t shape(Column *column, const uint8_t *at, uint32_t length)
{
    uint8_t made[SHAPED + WORDS];
    if (length > SHAPED) {
        column->shaped = 0;
        return 0;
    }
    for (uint32_t place = 0; place < length; place++) {
        const uint8_t byte = at[place];
        made[place] = (uint8_t)(byte - '0') < 10 ? '0' : (uint8_t)(byte - 'A') < 26 ? 'A'
                                                     : (uint8_t)(byte - 'a') < 26   ? 'a'
                                                                                    : byte;
    }
    return numbered(column, made, length);
}

/* Whether a value is a whole number as one is printed: digits without a 0 in front. */
static inline int is_whole(const uint8_t *at, uint32_t length, int64_t *number)
{
    uint64_t made = 0;
    if (!length || length > DIGITS || (*at == '0' && length > 1))
        return 0;
    for (uint32_t place = 0; place < length; place++) {
        const uint8_t digit = (uint8_t)(at[place] - '0');
        if (digit > 9)
            return 0;
        made = made * 10 + digit;
    }
    *number = (int64_t)made;
    return 1;
}

static inline void take(Column *column, int64_t row, const uint8_t *at, uint32_t length)
{
    column->blank |= !length;
    if (column->kind == NUMBERED) {
        column->numbers[row] = numbered(column, at, length);
    } else if (column->kind == TEXT) {
        const uint32_t start = column->ends[row];
        uint8_t *into = column->text + start;
        if (length <= WORDS)
            memcpy(into, at, WORDS);
        else
            memcpy(into, at, length);
        column->ends[row + 1] = start + length;
        column->present[row >> 3] |= (uint8_t)((length != 0) << (row & 7));
        column->whole[row >> 3] |= (uint8_t)(is_whole(at, length, &column->wholes[row]) << (row & 7));
        if (column->shaped)
            column->numbers[row] = shape(column, at, length);
    }
}

/* Reads a value between quotation marks from its first byte on, and writes it, doubled marks made one, over the text
 * itself. Where the value ends, and its closing mark; null where it has none. */
static uint8_t *unquoted(uint8_t *at, const uint8_t *end, const uint8_t **closing)
{
    uint8_t *into = at;
    for (uint8_t *from = at;;) {
        const uint8_t *mark = from < end ? memchr(from, '"', (size_t)(end - from)) : 0;
        if (!mark)
            return 0;
        const size_t before = (size_t)(mark - from);
        if (into != from)
            memmove(into, from, before);
        into += before;
        if (mark + 1 >= end || mark[1] != '"') {
            *closing = mark;
            return into;
        }
        *into++ = '"';
        from += before + 2;
    }
}

/* Encode a block of whole records, the last of which ends with a line feed. `ending`: bytes of a line end, 1 or 2.
 * Its rows, or a fault. */
PUBLIC int64_t plusmds_encode(uint8_t *text, int64_t length, uint8_t mark, uint32_t ending, uint32_t width,
                              Column *columns, int64_t most_rows)
{
    const uint8_t *const end = text + length;
    uint8_t *at = text;
    uint8_t *base = text;
    uint64_t bits = length ? found(base, mark, '\n', '"') : 0;
    int64_t row = 0;
    while (at < end) {
        if (row >= most_rows)
            return TOO_MANY_ROWS;
        for (uint32_t place = 0; place < width; place++) {
            const uint8_t *value = at, *stop, *value_end;
            if (*at == '"') {
                const uint8_t *closing;
                value++;
                value_end = unquoted(at + 1, end, &closing);
                if (!value_end)
                    return NOT_STRICT;
                stop = closing + 1;
                if (place == width - 1 && ending == 2 && stop < end && *stop++ != '\r')
                    return NOT_STRICT;
                if (stop >= end)
                    return NOT_STRICT;
                base += (stop - base) / STEP * STEP;
                bits = found(base, mark, '\n', '"') & ~UINT64_C(0) << (stop - base);
                bits &= bits - 1;
            } else {
                while (!bits) {
                    base += STEP;
                    if (base >= end)
                        return NOT_STRICT;
                    bits = found(base, mark, '\n', '"');
                }
                stop = value_end = base + lowest(bits);
                bits &= bits - 1;
                if (stop >= end)
                    return NOT_STRICT;
                if (place == width - 1 && ending == 2 && (value_end == value || *--value_end != '\r'))
                    return NOT_STRICT;
            }
            if (*stop != (place == width - 1 ? '\n' : mark))
                return NOT_STRICT;
            take(&columns[place], row, value, (uint32_t)(value_end - value));
            at += stop + 1 - at;
        }
        row++;
    }
    return row;
}

/* The bytes of a text, from the start of a record, that whole records take; `rows`: how many they are. */
PUBLIC int64_t plusmds_whole(const uint8_t *text, int64_t length, int64_t *rows)
{
    int64_t whole = 0, count = 0;
    uint64_t inside = 0;
    for (int64_t base = 0; base < length; base += STEP) {
        const uint64_t within = length - base < STEP ? (UINT64_C(1) << (length - base)) - 1 : ~UINT64_C(0);
        uint64_t quotes = found(text + base, '"', '"', '"') & within;
        for (int shift = 1; shift < STEP; shift *= 2)
            quotes ^= quotes << shift;
        quotes ^= inside;
        const uint64_t feeds = found(text + base, '\n', '\n', '\n') & within & ~quotes;
        inside = (uint64_t)((int64_t)quotes >> 63);
        if (feeds) {
            whole = base + STEP - __builtin_clzll(feeds);
            count += __builtin_popcountll(feeds);
        }
    }
    *rows = count;
    return whole;
}

/* Number the values of another column in this one; `numbers`: the new number of each. 0, or 1 where there is no room. */
PUBLIC int32_t plusmds_merge(Column *column, const Column *other, uint16_t *numbers)
{
    uint8_t short_value[2 * WORDS] = {0};
    numbers[0] = 0;
    for (uint32_t number = 1; number < other->count; number++) {
        const Value *value = &other->values[number];
        const uint8_t *at = short_value;
        if (value->length > WORDS) {
            at = other->longer + value->start;
        } else {
            memcpy(short_value, &value->low, 8);
            memcpy(short_value + 8, &value->high, 8);
        }
        numbers[number] = numbered(column, at, value->length);
        if (column->kind != NUMBERED && !column->shaped)
            return 1;
    }
    return 0;
}

/* Write the values of a column in the order of their numbers, and where each ends, the blank one first; there is room for
 * all of them, and PADDING bytes more. */
PUBLIC void plusmds_values(const Column *column, uint8_t *text, uint32_t *ends)
{
    uint32_t used = 0;
    ends[0] = ends[1] = 0;
    for (uint32_t number = 1; number < column->count; number++) {
        const Value *value = &column->values[number];
        if (value->length > WORDS) {
            memcpy(text + used, column->longer + value->start, value->length);
        } else {
            memcpy(text + used, &value->low, 8);
            memcpy(text + used + 8, &value->high, 8);
        }
        used += value->length;
        ends[number + 1] = used;
    }
}
