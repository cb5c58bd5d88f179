// Calls every registered operator of the native library with random arguments, in memory whose bounds are checked, by
// several numbers of threads; one call in six gets an argument that does not fit. Built with AddressSanitizer and
// UndefinedBehaviorSanitizer by run.sh, which ends with an error at the first finding. Ends with an error, too, where
// an operator has no driver, or where hardly a call of one was accepted.
//
// Arguments: the number of calls per operator, and a seed.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <set>
#include <string>

#include "drivers.h"
#include "random_tensors.h"

namespace {

constexpr char NAMESPACE[] = "glimpse::";
constexpr int64_t UNFIT_PERCENT = 16, ACCEPTED_PERCENT = 50;

at::Tensor unfit(const at::Tensor& tensor) {
    if (tensor.is_mkldnn() || !tensor.has_storage()) {
        return random_tensor({3, 5}, at::kFloat);
    }
    switch (between(0, 4)) {
    case 0: return random_tensor({0}, tensor.scalar_type());
    case 1: return tensor.unsqueeze(0);
    case 2: return tensor.to(one_of<at::ScalarType>({at::kFloat, at::kBFloat16, at::kDouble, at::kInt}));
    case 3:
        return tensor.dim() > 0 && tensor.size(0) > 0 ? tensor.narrow(0, 0, between(0, tensor.size(0) - 1)) : tensor;
    default:
        return tensor.dim() > 0 && tensor.size(-1) > 0 ? tensor.narrow(-1, 0, between(0, tensor.size(-1) - 1)) : tensor;
    }
}

int64_t unfit(int64_t number) {
    return one_of<int64_t>(
        {number - 1, number + 1, 0, -1, 1 << 20, std::numeric_limits<int64_t>::max(),
         std::numeric_limits<int64_t>::min()});
}

void make_unfit(c10::IValue& value) {
    if (value.isTensor() && value.toTensor().defined()) {
        value = unfit(value.toTensor());
    } else if (value.isInt()) {
        value = unfit(value.toInt());
    } else if (value.isTensorList() && !value.toTensorList().empty()) {
        auto tensors = value.toTensorVector();
        const int64_t place = between(0, static_cast<int64_t>(tensors.size()) - 1);
        if (chance(20)) {
            tensors.resize(place);
        } else {
            tensors[place] = unfit(tensors[place]);
        }
        value = c10::List<at::Tensor>(tensors);
    } else if (value.isIntList() && !value.toIntList().empty()) {
        auto numbers = value.toIntVector();
        const int64_t place = between(0, static_cast<int64_t>(numbers.size()) - 1);
        if (chance(20)) {
            numbers.resize(place);
        } else {
            numbers[place] = unfit(numbers[place]);
        }
        value = numbers;
    }
}

struct Counts {
    int64_t accepted = 0, refused = 0, nothing = 0;
    std::string reason; // of the last call that was refused, and fitted
};

// Whether the result is an empty list: "not computed here".
bool is_nothing(const torch::jit::Stack& results) {
    return results.size() == 1 && results[0].isTensorList() && results[0].toTensorList().empty();
}

Counts run(const std::string& name, const Driver& driver, int64_t calls) {
    const at::NoGradGuard no_gradients;
    Counts counts;
    for (int64_t i = 0; i < calls; i++) {
        at::set_num_threads(static_cast<int>(one_of<int64_t>({1, 2, 3, 5})));
        bool fitting = true;
        try {
            torch::jit::Stack arguments = driver();
            fitting = arguments.empty() || !chance(UNFIT_PERCENT);
            if (!fitting) {
                make_unfit(arguments[between(0, static_cast<int64_t>(arguments.size()) - 1)]);
            }
            (is_nothing(call(name, arguments)) ? counts.nothing : counts.accepted)++;
        } catch (const std::exception& refusal) { // of libtorch or oneDNN
            counts.refused++;
            if (fitting) {
                counts.reason = refusal.what();
            }
        }
    }
    return counts;
}

bool needs_packing(const std::string& name) {
    return name == "glimpse::pack_rows" || name == "glimpse::linear_packed" || name == "glimpse::linear_numbers_packed";
}

} // namespace

int main(int count, char** arguments) {
    const int64_t calls = count > 1 ? std::atoll(arguments[1]) : 300;
    const uint64_t seed = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : std::random_device()();
    std::printf(
        "instructions %s, seed %" PRIu64 ", %" PRId64 " calls per operator\n", at::get_cpu_capability().c_str(), seed,
        calls);
    std::fflush(stdout);
    seed_random(seed);
    std::map<std::string, Driver> known = drivers();
    std::set<std::string> registered;
    for (const c10::OperatorName& name : c10::Dispatcher::singleton().getAllOpNames()) {
        if (name.name.rfind(NAMESPACE, 0) == 0) {
            registered.insert(name.name);
        }
    }
    bool failed = registered.empty();
    for (const auto& [name, driver] : known) {
        if (registered.count(name) == 0) {
            std::fprintf(
                stderr,
                "%s is not registered: remove its driver, or build with the headers of the libtorch that is loaded\n",
                name.c_str());
            failed = true;
        }
    }
    for (const std::string& name : registered) {
        const auto driver = known.find(name);
        if (driver == known.end()) {
            std::fprintf(stderr, "%s has no driver: add one to drivers.cpp\n", name.c_str());
            failed = true;
            continue;
        }
        const Counts counts = run(name, driver->second, calls);
        std::printf(
            "%-32s %5" PRId64 " accepted, %5" PRId64 " without a result, %5" PRId64 " refused\n", name.c_str(),
            counts.accepted, counts.nothing, counts.refused);
        std::fflush(stdout);
        if (100 * counts.accepted < ACCEPTED_PERCENT * calls && (packs() || !needs_packing(name))) {
            std::fprintf(
                stderr, "%s accepted too few calls; a fitting one was refused: %s\n", name.c_str(),
                counts.reason.c_str());
            failed = true;
        }
    }
    return failed ? 1 : 0;
}
