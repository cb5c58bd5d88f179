// Memory comes by lines, and a line waits until it is known where its page lies: what is asked for behind it waits too. So whoever asks for lines asks for one
// of a page further on as well. No headers here: plain_rows.cpp is compiled once for each kind of processor.
#pragma once

#include <stdint.h>

constexpr int64_t LINE = 64; // bytes of memory that come at once
constexpr int64_t PAGE = 4096;
constexpr int64_t PAGES_AHEAD = 16; // of what is asked for
