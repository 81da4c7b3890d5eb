#include <sqlite3.h>

/// SQLITE_TRANSIENT and SQLITE_STATIC are casts that Swift cannot import.
static inline int groundwork_bind_text(sqlite3_stmt *s, int i, const char *p, int n) {
    return sqlite3_bind_text(s, i, p, n, SQLITE_TRANSIENT);
}
static inline int groundwork_bind_blob(sqlite3_stmt *s, int i, const void *p, int n) {
    return p ? sqlite3_bind_blob(s, i, p, n, SQLITE_TRANSIENT) : sqlite3_bind_zeroblob(s, i, 0);
}

/// Memory statistics take a process-wide lock at every allocation. sqlite3_config is variadic, which Swift cannot call.
static inline int groundwork_without_memory_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
