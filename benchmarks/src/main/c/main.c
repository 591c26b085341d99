// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#include "load.h"

atomic_int phase = WARMUP;
_Atomic uint64_t measure_start = UINT64_MAX;

static pthread_barrier_t ready;

static const struct kind *const kinds[] = {&send_kind, &receive_kind, &echo_kind, &put_kind,
                                           &get_kind,  &churn_kind,   &idle_kind};

static _Noreturn void usage(int code) {
    fputs("load WARMUP_SECONDS SECONDS ADDRESS GROUP...   measure the server at this IPv4 address\n"
          "load drain                                     throw away what comes in; ends with its standard input\n"
          "load calibrate                                 time a fixed amount of work\n"
          "load cycle                                     the receive path's loops in C, nanoseconds per completion\n"
          "\n"
          "GROUP is KIND:port=P,conns=N,size=BYTES[,rate=MESSAGES_PER_SECOND][,path=PATH][,cpu=N]\n"
          "  send     long flows to the server, size bytes per call\n"
          "  receive  long flows from the server\n"
          "  echo     messages that are answered; with path, as HTTP POST; with rate, at fixed times\n"
          "           (cpu: of the server's, so that they do not queue behind another group's packets)\n"
          "  put, get the same as HTTP PUT and GET; a path that ends in / gets the connection's number, in three\n"
          "           digits\n"
          "  churn    a connection for each message\n"
          "  idle     connections that are used once\n"
          "\n"
          "Prints \"begin\" and \"end\" as the measurement does, then a line for each group, which ends with how\n"
          "often each latency came.\n",
          code == 0 ? stdout : stderr);
    exit(code);
}

void group_ready(void) { pthread_barrier_wait(&ready); }

static double number(const char *text) {
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != 0 || value < 0) {
        fprintf(stderr, "load: %s is not a number\n", text);
        exit(2);
    }
    return value;
}

static const struct kind *kind_of(const char *name) {
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i]->name, name) == 0) {
            return kinds[i];
        }
    }
    fprintf(stderr, "load: there is no kind of group %s\n", name);
    exit(2);
}

static void set_field(struct group *group, const char *field, const char *value) {
    if (strcmp(field, "port") == 0) {
        group->server.sin_port = htons((uint16_t)number(value));
    } else if (strcmp(field, "conns") == 0) {
        group->connections = (int)number(value);
    } else if (strcmp(field, "size") == 0) {
        group->size = (size_t)number(value);
    } else if (strcmp(field, "rate") == 0) {
        group->rate = number(value);
    } else if (strcmp(field, "path") == 0) {
        group->path = value;
    } else if (strcmp(field, "cpu") == 0) {
        group->cpu = (int)number(value);
    } else {
        fprintf(stderr, "load: a group has no field %s\n", field);
        exit(2);
    }
}

static void parse(struct group *group, char *text, const char *address) {
    char *fields = strchr(text, ':');
    if (fields == NULL) {
        usage(2);
    }
    *fields++ = 0;
    group->kind = kind_of(text);
    group->connections = 1;
    group->cpu = -1;
    group->server.sin_family = AF_INET;
    if (inet_pton(AF_INET, address, &group->server.sin_addr) != 1) {
        fprintf(stderr, "load: %s is not an IPv4 address\n", address);
        exit(2);
    }
    for (char *field; (field = strsep(&fields, ",")) != NULL;) {
        char *value = strchr(field, '=');
        if (value == NULL) {
            usage(2);
        }
        *value++ = 0;
        set_field(group, field, value);
    }
    if (group->connections < 1 || group->size < 4) {
        fputs("load: a group has at least 1 connection and a size of at least 4 bytes\n", stderr);
        exit(2);
    }
}

static void *run(void *argument) {
    struct group *group = argument;
    /* The default slack of 50 us would be part of every latency. */
    prctl(PR_SET_TIMERSLACK, 1);
    if (group->cpu >= 0) {
        cpu_set_t cpus;
        CPU_ZERO(&cpus);
        CPU_SET((size_t)group->cpu, &cpus);
        int error = pthread_setaffinity_np(pthread_self(), sizeof cpus, &cpus);
        if (error != 0) {
            errno = error;
            die("processor %d", group->cpu);
        }
    }
    group->kind->run(group);
    return NULL;
}

static void pause_for(double seconds) {
    struct timespec time = {.tv_sec = (time_t)seconds};
    time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
    while (nanosleep(&time, &time) < 0 && errno == EINTR) {
    }
}

static void say(const char *line) {
    puts(line);
    fflush(stdout);
}

/* Of this program. */
static double processor_seconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void report(const struct group *group, double seconds, double cpu) {
    printf("%s seconds=%.6f cpu=%.6f bytes=%llu exchanges=%llu flow_min=%llu flow_max=%llu nanoseconds=", group->kind->name,
           seconds, cpu, (unsigned long long)group->bytes, (unsigned long long)group->exchanges,
           (unsigned long long)group->flow_min, (unsigned long long)group->flow_max);
    histogram_print(&group->latency);
    putchar('\n');
}

static void measure(double warmup, double duration, struct group *groups, int count) {
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);

    pthread_barrier_init(&ready, NULL, (unsigned)count + 1);
    for (int i = 0; i < count; i++) {
        int error = pthread_create(&groups[i].thread, NULL, run, &groups[i]);
        if (error != 0) {
            errno = error;
            die("pthread_create");
        }
    }
    group_ready();
    pause_for(warmup);
    say("begin");
    double cpu = processor_seconds();
    uint64_t start = now_ns();
    measure_start = start;
    atomic_store_explicit(&phase, MEASURE, memory_order_release);
    pause_for(duration);
    atomic_store_explicit(&phase, STOP, memory_order_release);
    double seconds = (double)(now_ns() - start) / 1e9;
    cpu = processor_seconds() - cpu;
    say("end");
    for (int i = 0; i < count; i++) {
        pthread_join(groups[i].thread, NULL);
        report(&groups[i], seconds, cpu);
    }
}

int main(int argc, char **argv) {
    if (argc == 2 && strcmp(argv[1], "drain") == 0) {
        drain();
    } else if (argc == 2 && strcmp(argv[1], "calibrate") == 0) {
        calibrate();
    } else if (argc == 2 && strcmp(argv[1], "cycle") == 0) {
        receive_cycle();
    } else if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        usage(0);
    } else if (argc < 5) {
        usage(2);
    } else {
        int count = argc - 4;
        struct group *groups = allocate((size_t)count, sizeof *groups);
        for (int i = 0; i < count; i++) {
            parse(&groups[i], argv[4 + i], argv[3]);
        }
        measure(number(argv[1]), number(argv[2]), groups, count);
    }
    return 0;
}
