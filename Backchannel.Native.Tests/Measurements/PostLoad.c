// Sends requests again and again on several connections: each connection sends the next one when it has the answer to its last.
// One process with one thread: it leaves the processors to the server that is measured. The same for a bus and for Redis.
//
// usage: PostLoad PORT CONNECTIONS TOTAL REQUEST-FILE ANSWER-BEGIN
// The file holds requests, each ended by a zero byte, which are sent in turn. In each, the first sixteen '#' in a row become the first half of a
// UUID of version 7 that no other request of this process has.
// An answer with "Content-Length" has a body of that length; one that begins with '$' is a string of Redis.
// Prints posts per second, the median and the 99th percentile in milliseconds.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 64 * 1024, MARK = 16 };

struct connection {
    int socket;
    int length;
    double sent_at;
    char buffer[BUFFER];
};

struct request {
    char *text;
    size_t length;
    char *mark;
};

static struct request *requests;
static int request_count;
static const char *answer_begin;
static int sent;

static void fail(const char *what) {
    fprintf(stderr, "PostLoad: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(1);
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

static unsigned long milliseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return time.tv_sec * 1000UL + time.tv_nsec / 1000000;
}

static void send_one(struct connection *connection) {
    struct request *request = &requests[sent % request_count];
    if (request->mark) {
        char number[MARK + 1];
        snprintf(number, sizeof number, "%016lx", milliseconds() << 16 | 0x7000 | (sent & 0xfff));
        memcpy(request->mark, number, MARK);
    }
    sent++;
    connection->length = 0;
    connection->sent_at = now();
    if (write(connection->socket, request->text, request->length) != (ssize_t)request->length) {
        fail("cannot send");
    }
}

// The length of the answer that the buffer begins with; 0 while that cannot be told.
static int answer_length(const char *buffer) {
    if (*buffer == '$') {
        const char *end = strstr(buffer, "\r\n");
        return end ? (int)(end - buffer) + 2 + atoi(buffer + 1) + 2 : 0;
    }
    const char *end = strstr(buffer, "\r\n\r\n");
    if (!end) {
        return 0;
    }
    const char *length = strcasestr(buffer, "\r\nContent-Length: ");
    return (int)(end - buffer) + 4 + (length && length < end ? atoi(length + 18) : 0);
}

static int is_answered(struct connection *connection) {
    ssize_t got = read(connection->socket, connection->buffer + connection->length, BUFFER - 1 - connection->length);
    if (got <= 0) {
        fail("the server closed the connection");
    }
    connection->length += got;
    connection->buffer[connection->length] = 0;
    int length = answer_length(connection->buffer);
    if (length == 0 || connection->length < length) {
        return 0;
    }
    if (strncmp(connection->buffer, answer_begin, strlen(answer_begin)) != 0) {
        errno = 0;
        fail(connection->buffer);
    }
    return 1;
}

static int compare(const void *left, const void *right) {
    double difference = *(const double *)left - *(const double *)right;
    return (difference > 0) - (difference < 0);
}

static void read_requests(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file || fseek(file, 0, SEEK_END) != 0) {
        fail(path);
    }
    long size = ftell(file);
    rewind(file);
    char *texts = calloc(size + 1, 1), *text = texts;
    if (fread(texts, 1, size, file) != (size_t)size) {
        fail(path);
    }
    fclose(file);
    for (; text < texts + size; text += strlen(text) + 1) {
        requests = realloc(requests, (request_count + 1) * sizeof *requests);
        requests[request_count++] = (struct request){text, strlen(text), strstr(text, "################")};
    }
}

int main(int count, char **arguments) {
    if (count != 6) {
        fail("usage: PostLoad PORT CONNECTIONS TOTAL REQUEST-FILE ANSWER-BEGIN");
    }
    int connections = atoi(arguments[2]), total = atoi(arguments[3]), done = 0;
    answer_begin = arguments[5];
    read_requests(arguments[4]);

    struct connection *all = calloc(connections, sizeof *all);
    double *times = calloc(total, sizeof *times);
    int events = epoll_create1(0), one = 1;
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (int i = 0; i < connections; i++) {
        all[i].socket = socket(AF_INET, SOCK_STREAM, 0);
        setsockopt(all[i].socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (connect(all[i].socket, (struct sockaddr *)&server, sizeof server) != 0) {
            fail("cannot connect");
        }
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &all[i]};
        epoll_ctl(events, EPOLL_CTL_ADD, all[i].socket, &event);
    }

    double start = now();
    for (int i = 0; i < connections && sent < total; i++) {
        send_one(&all[i]);
    }
    while (done < total) {
        struct epoll_event ready[64];
        int number = epoll_wait(events, ready, 64, -1);
        for (int i = 0; i < number; i++) {
            struct connection *connection = ready[i].data.ptr;
            if (is_answered(connection)) {
                times[done++] = now() - connection->sent_at;
                if (sent < total) {
                    send_one(connection);
                }
            }
        }
    }
    double elapsed = now() - start;
    qsort(times, total, sizeof *times, compare);
    printf("%.3f %.6f %.6f\n", total / elapsed * 1e3, times[total / 2], times[(int)(total * 0.99)]);
    return 0;
}
