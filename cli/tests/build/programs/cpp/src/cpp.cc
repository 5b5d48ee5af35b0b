// C++ that is part of the program: exceptions, threads, statics, destructors of thread-local variables.
#include <cstdio>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>

struct Local {
    std::string text = "local";
    ~Local() {
        std::printf("dropped %s\n", text.c_str());
        std::fflush(stdout);
    }
};
static thread_local Local local;
static std::string global = std::string("made ") + "before main";

extern "C" int catches(int n) {
    local.text = "of main";
    try {
        if (n) throw std::runtime_error("thrown");
        return 0;
    } catch (const std::exception &error) {
        std::cout << error.what() << ", " << global << std::endl;
        return 1;
    }
}

extern "C" int threads() {
    int result = 0;
    std::thread thread([&] {
        local.text = "of a thread";
        std::map<int, std::string> map;
        map[1] = "x";
        result = map.size();
    });
    thread.join();
    return result;
}
