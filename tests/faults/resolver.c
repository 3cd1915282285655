/* A resolver that tests command: names that end in ".test" stand for what a file says at the moment.
 *
 * The file NAMES holds an address, "none", or "slow", for all of them. Loaded in front of the C library.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int (*resolve)(const char *, const char *, const struct addrinfo *, struct addrinfo **);

static int is_ours(const char *name) {
    size_t length = name ? strlen(name) : 0;
    return length > 5 && strcmp(name + length - 5, ".test") == 0;
}

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **found) {
    resolve real = (resolve)dlsym(RTLD_NEXT, "getaddrinfo");
    char told[64] = "none";
    FILE *file;

    if (!is_ours(name))
        return real(name, service, hints, found);
    file = fopen(getenv("NAMES"), "r");
    if (file) {
        if (fscanf(file, "%63s", told) != 1)
            strcpy(told, "none");
        fclose(file);
    }
    if (strcmp(told, "slow") == 0)
        sleep(60);
    if (strcmp(told, "none") == 0 || strcmp(told, "slow") == 0)
        return EAI_NONAME;
    return real(told, service, hints, found);
}
