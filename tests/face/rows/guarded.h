/*
 * Bytes before an abyss: one byte past the end is a page that cannot be read.
 */
#ifndef FACE_GUARDED_H
#define FACE_GUARDED_H

#include <stddef.h>

struct guarded {
    unsigned char *bytes;
    void *pages;
    size_t mapped;
};

/* A copy of `size` bytes that ends where the readable memory ends. */
struct guarded guarded_copy(const void *bytes, size_t size);
void guarded_free(struct guarded *guarded);

#endif
