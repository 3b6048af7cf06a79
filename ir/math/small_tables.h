// Written by tools/coefficients/small_tables.py. Sixteen entries, because that many are found in registers.
#pragma once
#include <cstdint>

namespace wengert::math {

/// The significand z of log's argument is at least this, in bits; bits 48 to 51 of the difference are the
/// interval.
inline constexpr uint64_t log_offset = 0x3fe5555555555556;
/// For each interval a reciprocal c of its middle, |z c - 1| < 0.0298, and -log(c), a multiple of 2^-42 to
/// 2^-71.
inline constexpr double log_reciprocal[16] = {
    0x1.7734c35fa725cp+0, 0x1.66c612cc095dfp+0, 0x1.57b864ac64011p+0, 0x1.49e1135c098bcp+0,
    0x1.3d1c121263f53p+0, 0x1.314abac67ee93p+0, 0x1.2652c5e79335ep+0, 0x1.1c1d98f0de54ap+0,
    0x1.129798e5cf3b3p+0, 0x1.09afbd64035ccp+0, 0x1.0000000000000p+0, 0x1.e6a749f280438p-1,
    0x1.cb5d4eb81f46ep-1, 0x1.b2f931b905fa2p-1, 0x1.9d0ac204d7227p-1, 0x1.89374bc39c017p-1};
inline constexpr double log_of_reciprocal[16] = {-0x1.877923a3dc000p-2,
                                                 -0x1.599d636271000p-2,
                                                 -0x1.2db8edd01f000p-2,
                                                 -0x1.03a25f38b8000p-2,
                                                 -0x1.b66a6bfcac000p-3,
                                                 -0x1.68a2612be0000p-3,
                                                 -0x1.1db2f4cd8a000p-3,
                                                 -0x1.aad19c1a4c000p-4,
                                                 -0x1.1f2b336d38000p-4,
                                                 -0x1.303f40a790000p-5,
                                                 0x0.0p+0,
                                                 0x1.9fed412e90000p-5,
                                                 0x1.bc5634f4c8000p-4,
                                                 0x1.4de7c39096000p-3,
                                                 0x1.b7dc1b01b8000p-3,
                                                 0x1.0e4cfbf274000p-2};

/// 2^(j/16) less j in the exponent's last four bits, in bits: adding n shifted by 48 gives 2^(n/16) where n =
/// j mod 16.
inline constexpr uint64_t exp_power[16] = {

    0x3ff0000000000000, 0x3fefb5586cf9890f, 0x3fef72b83c7d517b, 0x3fef387a6e756238,
    0x3fef06fe0a31b715, 0x3feedea64c123422, 0x3feebfdad5362a27, 0x3feeab07dd485429,
    0x3feea09e667f3bcd, 0x3feea11473eb0187, 0x3feeace5422aa0db, 0x3feec49182a3f090,
    0x3feee89f995ad3ad, 0x3fef199bdd85529c, 0x3fef5818dcfba487, 0x3fefa4afa2a490da};
/// What rounding 2^(j/16) lost, relative to it.
inline constexpr double exp_power_lost[16] = {0x0.0p+0,
                                              0x1.79aa65d837b6cp-54,
                                              -0x1.01b15eaa59348p-55,
                                              0x1.68efde3a8a893p-54,
                                              0x1.34d754db0abb6p-55,
                                              0x1.59f48a72a4c6cp-55,
                                              0x1.690cebb7aafb0p-56,
                                              0x1.063e1e21c5409p-54,
                                              -0x1.3b3efbf5e2229p-54,
                                              -0x1.b32dcb94da51dp-56,
                                              0x1.db72fc1f0eab4p-55,
                                              0x1.1affc2b91ce27p-56,
                                              0x1.c1a7792cb3386p-55,
                                              0x1.36eae30af0cb3p-56,
                                              0x1.4a385a63d07a7p-56,
                                              -0x1.ff7128fd391f1p-55};

}  // namespace wengert::math
