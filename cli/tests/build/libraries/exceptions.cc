// A library that throws and catches by itself, and destroys what is on its frames.
#include <stdexcept>

static int destroyed;
struct Counted {
    ~Counted() { destroyed++; }
};

static int deep(int n) {
    Counted counted;
    if (n == 0) throw std::runtime_error("thrown");
    return deep(n - 1);
}

extern "C" int throws(int n) {
    destroyed = 0;
    try {
        return deep(n);
    } catch (const std::exception &) {
        return 100 + destroyed;
    }
}

extern "C" int calls(int (*callback)(int), int n) {
    try {
        Counted counted;
        int result = callback(n);
        if (result) throw result;
        return -1;
    } catch (int result) {
        return result + throws(1);
    }
}
