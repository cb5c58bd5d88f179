// NVIDIA's driver and compiler as far as CudaKernels calls them, on a machine without a GPU: kernels are compiled for the processor, behind warps_cuda.h, and
// run there. Nothing of a stream is done before somebody waits for it, and a kernel that may begin early does so before the one before it computes.
// with-warps.sh runs tests with it.

#include <dlfcn.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

enum { SUCCESS = 0, INVALID = 1, NOT_FOUND = 500 };

const char* setting(const char* name) {
    const char* value = getenv(name);
    if (value == nullptr) {
        fprintf(stderr, "%s is not set; with-warps.sh does that\n", name);
        abort();
    }
    return value;
}

// ---- the compiler

struct Program {
    std::string source;
    std::string log;
    std::string library;
};

// Takes out a function that warps_cuda.h has in place of its assembly.
bool take_out(std::string& source, const std::string& name) {
    const std::regex begin("(template <[^>]*>\n)?__device__ __forceinline__ [A-Za-z]+ " + name + "\\(");
    std::smatch found;
    if (!std::regex_search(source, found, begin)) {
        return false;
    }
    const size_t from = static_cast<size_t>(found.position());
    const size_t end = source.find("\n}\n", from);
    source.erase(from, end + 3 - from);
    return true;
}

std::string read_all(const std::string& file) {
    std::ifstream in(file);
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
}

int compile(Program& program, const std::vector<std::string>& options) {
    std::string text = program.source;
    for (const char* name :
         {"wait_for_earlier", "let_next_begin", "wide", "narrow", "copy_behind", "end_of_group", "wait_for_groups", "multiply_tile", "fetch"}) {
        if (!take_out(text, name)) {
            program.log = std::string("the kernels have no function ") + name + ", which warps_cuda.h stands in for";
            return INVALID;
        }
    }
    if (text.find("asm") != std::string::npos) {
        program.log = "the kernels have assembly that warps_cuda.h does not stand in for";
        return INVALID;
    }
    text = std::regex_replace(text, std::regex("extern __shared__ uint4 shared\\[\\];"), "uint4* const shared = reinterpret_cast<uint4*>(warps::block()->share);");
    std::string launchers;
    const std::regex kernel("extern \"C\" __global__ void (?:__launch_bounds__\\([^)]*\\) )?([a-z_]+)\\(");
    for (std::sregex_iterator at(text.begin(), text.end(), kernel), end; at != end; ++at) {
        const std::string name = (*at)[1];
        launchers += "extern \"C\" warps::Running* warps_launch_" + name
            + "(void** places, Dim grid, Dim threads, size_t bytes) { return new warps::Running(warps::bound(&kernels::" + name
            + ", places), grid, threads, bytes); }\n";
    }
    text = std::regex_replace(text, std::regex("extern \"C\" __global__"), "__global__");
    const std::string base = std::string(setting("WARPS_FOLDER")) + "/kernels-" + std::to_string(getpid()) + "-"
        + std::to_string(reinterpret_cast<uintptr_t>(&program));
    std::ofstream(base + ".cpp") << "#include \"" << setting("WARPS_HEADER") << "\"\nnamespace kernels {\n"
                                 << text << "}\n"
                                 << launchers
                                 << "extern \"C\" void warps_begin(warps::Running* some) { some->begin(); }\n"
                                    "extern \"C\" void warps_end(warps::Running* some) { some->end(); delete some; }\n";
    std::string command = "g++ -std=c++17 -O3 -march=native -w -shared -fPIC -pthread";
    for (const std::string& option : options) {
        if (option.rfind("-D", 0) == 0) {
            command += " '" + option + "'";
        }
    }
    program.library = base + ".so";
    command += " '" + base + ".cpp' -o '" + program.library + "' > '" + base + ".log' 2>&1";
    const int code = system(command.c_str());
    program.log = read_all(base + ".log");
    return code == 0 ? SUCCESS : INVALID;
}

// ---- the driver

struct Module {
    void* library;
    void (*begin)(void*);
    void (*end)(void*);
};

struct Function {
    Module* module;
    void* launch;
};

struct Dim {
    unsigned x, y, z;
};

// As cuda.h lays them out.
struct Attribute {
    int number;
    int padding;
    int value;
    char rest[60];
};

struct Config {
    Dim grid;
    Dim block;
    unsigned shared;
    unsigned padding;
    void* stream;
    Attribute* attributes;
    unsigned count;
};

struct Task {
    std::function<void()> before; // what may be done while the one before is not done
    std::function<void()> work;
    bool early;
};

std::mutex mutex;
std::deque<Task> stream;
uint64_t asked = 0;
uint64_t done = 0;
size_t launches = 0;

void ask(Task task) {
    stream.push_back(std::move(task));
    asked++;
}

// Does what the stream holds, up to a place in it.
void drain(uint64_t to) {
    bool begun = false;
    while (done < to && !stream.empty()) {
        Task task = std::move(stream.front());
        stream.pop_front();
        if (!begun && task.before) {
            task.before();
        }
        begun = !stream.empty() && done + 1 < to && stream.front().early;
        if (begun) {
            stream.front().before();
        }
        task.work();
        done++;
    }
}

struct Report {
    ~Report() {
        if (launches > 0) {
            FILE* log = fopen(setting("WARPS_LOG"), "a");
            if (log != nullptr) {
                fprintf(log, "%zu\n", launches);
                fclose(log);
            }
        }
    }
} report;

} // namespace

extern "C" {

int nvrtcCreateProgram(Program** program, const char* source, const char*, int, const char* const*, const char* const*) {
    *program = new Program{source, "", ""};
    return SUCCESS;
}

int nvrtcCompileProgram(Program* program, int count, const char* const* options) {
    return compile(*program, std::vector<std::string>(options, options + count));
}

int nvrtcGetCUBINSize(Program* program, size_t* size) {
    *size = program->library.size() + 1;
    return SUCCESS;
}

int nvrtcGetCUBIN(Program* program, char* to) {
    memcpy(to, program->library.c_str(), program->library.size() + 1);
    return SUCCESS;
}

int nvrtcGetProgramLogSize(Program* program, size_t* size) {
    *size = program->log.size() + 1;
    return SUCCESS;
}

int nvrtcGetProgramLog(Program* program, char* to) {
    memcpy(to, program->log.c_str(), program->log.size() + 1);
    return SUCCESS;
}

int nvrtcDestroyProgram(Program** program) {
    delete *program;
    return SUCCESS;
}

int cuInit(unsigned) {
    return SUCCESS;
}

int cuDeviceGet(int* device, int) {
    *device = 0;
    return SUCCESS;
}

int cuDevicePrimaryCtxRetain(void** context, int) {
    *context = &report;
    return SUCCESS;
}

int cuDevicePrimaryCtxRelease_v2(int) {
    return SUCCESS;
}

int cuCtxPushCurrent_v2(void*) {
    return SUCCESS;
}

int cuCtxPopCurrent_v2(void** context) {
    *context = &report;
    return SUCCESS;
}

int cuGetErrorString(int code, const char** text) {
    *text = code == NOT_FOUND ? "named symbol not found" : "invalid argument";
    return SUCCESS;
}

int cuDeviceGetAttribute(int* value, int attribute, int) {
    switch (attribute) {
    case 16: // processors, of which an H200 has 132: few, so that blocks take several pieces
        *value = atoi(setting("WARPS_PROCESSORS"));
        return SUCCESS;
    case 75: // capability
        *value = 9;
        return SUCCESS;
    case 76:
        *value = 0;
        return SUCCESS;
    case 97: // bytes that a block may share
        *value = atoi(setting("WARPS_SHARED"));
        return SUCCESS;
    case 81: // and all of a processor
        *value = atoi(setting("WARPS_SHARED")) + 1024;
        return SUCCESS;
    default:
        return INVALID;
    }
}

int cuModuleLoadData(Module** module, const char* image) {
    void* library = dlopen(image, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        fprintf(stderr, "%s\n", dlerror());
        return INVALID;
    }
    *module = new Module{
        library, reinterpret_cast<void (*)(void*)>(dlsym(library, "warps_begin")), reinterpret_cast<void (*)(void*)>(dlsym(library, "warps_end"))};
    return SUCCESS;
}

int cuModuleUnload(Module*) {
    return SUCCESS; // its threads stay
}

int cuModuleGetFunction(Function** function, Module* module, const char* name) {
    void* launch = dlsym(module->library, (std::string("warps_launch_") + name).c_str());
    if (launch == nullptr) {
        return NOT_FOUND;
    }
    *function = new Function{module, launch};
    return SUCCESS;
}

int cuFuncSetAttribute(Function*, int attribute, int bytes) {
    return attribute == 8 && bytes <= atoi(setting("WARPS_SHARED")) ? SUCCESS : INVALID;
}

int cuLaunchKernelEx(const Config* config, Function* function, void** places, void**) {
    if (config->block.y != 1 || config->block.z != 1 || config->block.x % 32 != 0 || config->block.x > 1024 || config->grid.x == 0
        || config->grid.y == 0 || config->grid.z == 0) {
        return INVALID;
    }
    std::lock_guard<std::mutex> lock(mutex);
    launches++;
    using Launch = void* (*)(void**, Dim, Dim, size_t);
    void* running = reinterpret_cast<Launch>(function->launch)(places, config->grid, config->block, config->shared);
    Module* module = function->module;
    const bool early = config->count == 1 && config->attributes[0].number == 6 && config->attributes[0].value == 1;
    ask({[=] { module->begin(running); }, [=] { module->end(running); }, early});
    return SUCCESS;
}

int cuMemcpyHtoDAsync_v2(void* to, const void* from, size_t bytes, void*) {
    std::lock_guard<std::mutex> lock(mutex);
    ask({nullptr, [=] { memcpy(to, from, bytes); }, false});
    return SUCCESS;
}

int cuMemcpyDtoHAsync_v2(void* to, const void* from, size_t bytes, void*) {
    std::lock_guard<std::mutex> lock(mutex);
    ask({nullptr, [=] { memcpy(to, from, bytes); }, false});
    return SUCCESS;
}

int cuEventCreate(uint64_t** event, unsigned) {
    *event = new uint64_t(0);
    return SUCCESS;
}

int cuEventRecord(uint64_t* event, void*) {
    std::lock_guard<std::mutex> lock(mutex);
    *event = asked;
    return SUCCESS;
}

int cuEventSynchronize(const uint64_t* event) {
    std::lock_guard<std::mutex> lock(mutex);
    drain(*event);
    return SUCCESS;
}

int cuEventDestroy_v2(uint64_t* event) {
    delete event;
    return SUCCESS;
}

int cuStreamSynchronize(void*) {
    std::lock_guard<std::mutex> lock(mutex);
    drain(asked);
    return SUCCESS;
}

int cuMemHostAlloc(void** memory, size_t bytes, unsigned) {
    *memory = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
    return *memory == nullptr ? INVALID : SUCCESS;
}

int cuMemFreeHost(void* memory) {
    free(memory);
    return SUCCESS;
}
}
