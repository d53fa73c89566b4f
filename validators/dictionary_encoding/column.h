/* The state of a column, and hashes of its values: what both parts of the library share. */
#ifndef PLUSMDS_COLUMN_H
#define PLUSMDS_COLUMN_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(_WIN32)
#define PUBLIC __declspec(dllexport)
#else
#define PUBLIC __attribute__((visibility("default")))
#endif

/* bytes of a value that are compared as two words; of a longer one the hash and all bytes are */
#define WORDS 16
enum kind { LEFT_OUT = 0, NUMBERED = 1, TEXT = 2 };

typedef struct {
    uint64_t low, high;
    uint32_t start, length;
} Value;

typedef struct {
    /* NUMBERED becomes LEFT_OUT when there are more than `most` values, or bytes of long ones */
    uint32_t kind;
    /* of a TEXT column: whether its shapes are numbered; no more when there are as many, or a long value */
    uint32_t shaped;
    /* values so far; number 0 is the blank */
    uint32_t count;
    uint32_t most;
    /* the slots in use, less 1: a power of two that is at least twice `count`; there is memory for 4 * `most` */
    uint32_t mask;
    /* whether a value was blank */
    uint32_t blank;
    uint16_t *slots;
    Value *values;
    uint8_t *longer;
    uint32_t longer_used, longer_most;
    uint64_t seeds[2];
    /* what is made of a block: numbers of the values, or of the shapes of a TEXT column; of the latter also the bytes,
       where each value ends, a bit for each that is not blank, and those that are written as a whole number is, as one,
       with a bit for each */
    uint16_t *numbers;
    uint8_t *text;
    uint32_t *ends;
    uint8_t *present;
    int64_t *wholes;
    uint8_t *whole;
} Column;

/* The first bytes of a value as two words, 0 where it has ended. */
static inline void load(const uint8_t *at, uint32_t length, uint64_t *low, uint64_t *high)
{
    static const uint8_t kept[2 * WORDS] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
    uint64_t masks[2];
    memcpy(masks, kept + WORDS - length, WORDS);
    memcpy(low, at, 8);
    memcpy(high, at + 8, 8);
    *low &= masks[0];
    *high &= masks[1];
}

static inline uint64_t mixed(const uint64_t *seeds, uint64_t low, uint64_t high)
{
    uint64_t hash = (low ^ (high >> 29)) * seeds[0] + high * seeds[1];
    hash ^= hash >> 32;
    return hash * seeds[0] ^ hash >> 15;
}

/* Never 0. */
static inline uint64_t combined(const uint64_t *seeds, uint64_t hash, uint64_t word)
{
    hash = mixed(seeds, hash, word);
    hash ^= hash >> 31;
    return hash ? hash : 1;
}

static inline void fold(const uint64_t *seeds, const uint8_t *at, uint32_t length, uint64_t *low, uint64_t *high)
{
    uint64_t hash = length, word;
    for (; length >= 8; at += 8, length -= 8) {
        memcpy(&word, at, 8);
        hash = mixed(seeds, hash, word);
    }
    for (; length; at++, length--)
        hash = mixed(seeds, hash, *at);
    *low = hash;
    *high = ~UINT64_C(0);
}

#endif
