// The three cyclic redundancy checks of S3, on one kernel each for processors with carry-less multiplication and for
// all others. Values are finished ones: start with 0, and pass the last answer to continue.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum checksums_polynomial {
    CHECKSUMS_CRC32 = 0,     // ISO-HDLC
    CHECKSUMS_CRC32C = 1,    // Castagnoli (iSCSI)
    CHECKSUMS_CRC64NVME = 2  // NVM Express
};

/// Continues `crc` over `length` bytes with the fastest kernel of this processor.
uint64_t checksums_update(enum checksums_polynomial polynomial, uint64_t crc, const void *bytes, size_t length);

/// The same with the table kernel that runs everywhere.
uint64_t checksums_update_portable(
    enum checksums_polynomial polynomial, uint64_t crc, const void *bytes, size_t length);

/// The check of two runs joined, from the check of each and the length of the second.
uint64_t checksums_combine(
    enum checksums_polynomial polynomial, uint64_t first, uint64_t second, uint64_t second_length);

/// Whether `checksums_update` multiplies without carries here.
bool checksums_is_accelerated(void);
