// Forwards connections to a port of this machine, and delays all that goes through, each way, without making it narrower.
// One thread that sleeps between: it leaves the processors to what is measured.
//
// usage: DelayingFront TARGET-PORT MICROSECONDS
// Prints the port on which it listens; ends when its standard input does.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 64 * 1024 };

// One direction of a connection.
struct way {
    int from, to;
    int is_over;
    struct way *back;
};

// What goes through, in the order in which it came: all of it is delayed alike, so the first is due first.
struct part {
    struct way *way;
    long due;
    ssize_t length; // 0: the sender has ended
    struct part *next;
    char content[];
};

static struct part *first, *last;
static int events, timer, listener;
static long delay;
static struct sockaddr_in target;

static void fail(const char *what) {
    fprintf(stderr, "DelayingFront: %s: %s\n", what, strerror(errno));
    exit(1);
}

static long now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000L + time.tv_nsec;
}

static void watch(int file, void *about) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = about};
    if (epoll_ctl(events, EPOLL_CTL_ADD, file, &event) != 0) {
        fail("cannot watch");
    }
}

static void accept_one(void) {
    int client = accept(listener, NULL, NULL), server = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    if (client < 0 || connect(server, (struct sockaddr *)&target, sizeof target) != 0) {
        fail("cannot connect");
    }
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct way *there = calloc(2, sizeof *there), *back = there + 1;
    *there = (struct way){client, server, 0, back};
    *back = (struct way){server, client, 0, there};
    watch(client, there);
    watch(server, back);
}

static void take(struct way *way) {
    char buffer[BUFFER];
    ssize_t length = read(way->from, buffer, BUFFER);
    if (length <= 0) {
        length = 0;
        epoll_ctl(events, EPOLL_CTL_DEL, way->from, NULL);
    }
    struct part *part = malloc(sizeof *part + length);
    *part = (struct part){way, now() + delay, length, NULL};
    memcpy(part->content, buffer, length);
    if (first) {
        last->next = part;
    } else {
        first = part;
    }
    last = part;
}

static void pass_on(struct part *part) {
    struct way *way = part->way;
    if (part->length > 0) {
        // A reader that is gone is no fault of this program.
        for (ssize_t sent = 0, more; sent < part->length && (more = write(way->to, part->content + sent, part->length - sent)) > 0;) {
            sent += more;
        }
        return;
    }
    shutdown(way->to, SHUT_WR);
    way->is_over = 1;
    if (way->back->is_over) {
        close(way->from);
        close(way->to);
    }
}

int main(int count, char **arguments) {
    if (count != 3) {
        fail("usage: DelayingFront TARGET-PORT MICROSECONDS");
    }
    signal(SIGPIPE, SIG_IGN);
    target = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    delay = atol(arguments[2]) * 1000;
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof own;
    events = epoll_create1(0);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&own, size) != 0 || listen(listener, 512) != 0 || getsockname(listener, (struct sockaddr *)&own, &size) != 0) {
        fail("cannot listen");
    }
    watch(STDIN_FILENO, &events);
    watch(timer, &timer);
    watch(listener, &listener);
    printf("%d\n", ntohs(own.sin_port));
    fflush(stdout);

    for (;;) {
        struct epoll_event ready[64];
        int number = epoll_wait(events, ready, 64, -1);
        for (int i = 0; i < number; i++) {
            void *about = ready[i].data.ptr;
            if (about == &events) {
                return 0;
            } else if (about == &listener) {
                accept_one();
            } else if (about == &timer) {
                unsigned long times;
                (void)!read(timer, &times, sizeof times);
            } else {
                take(about);
            }
        }
        while (first && first->due <= now()) {
            struct part *part = first;
            first = part->next;
            pass_on(part);
            free(part);
        }
        struct itimerspec next = {.it_value = {first ? first->due / 1000000000L : 0, first ? first->due % 1000000000L : 0}};
        timerfd_settime(timer, TFD_TIMER_ABSTIME, &next, NULL);
    }
}
