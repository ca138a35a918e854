/* The least that a server of lines can do: one read and one write for each request. Answers every line with the bytes of the file it is given. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char input[65536];

static void answer(const char *bytes, size_t count)
{
    while (count > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, count);
        if (written < 0 && errno != EINTR) {
            exit(1);
        }
        if (written > 0) {
            bytes += written;
            count -= (size_t)written;
        }
    }
}

int main(int argc, char **argv)
{
    static char bytes[1 << 20];
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL) {
        fprintf(stderr, "usage: %s FILE\n", argv[0]);
        return 2;
    }
    size_t count = fread(bytes, 1, sizeof bytes, file);
    fclose(file);

    ssize_t received;
    while ((received = read(STDIN_FILENO, input, sizeof input)) > 0) {
        char *end = input + received;
        for (char *at = input; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++) {
            answer(bytes, count);
        }
    }
    return 0;
}
