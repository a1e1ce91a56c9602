/* What the screen looks names up in, handed over by Python: letters, readings, rows, targets. */
#include "types.h"

/* Computes the step of a key part, as the expansions give it, letter by letter. */
static int step_of(PyObject *text, step *out) {
    Py_ssize_t length = PyUnicode_GetLength(text);
    *out = (step){1, 0};
    for (Py_ssize_t i = 0; i < length; i++) {
        uint32_t point = PyUnicode_ReadChar(text, i);
        step part = text_step(&point, 1);
        out->mult *= part.mult;
        out->add = out->add * part.mult + part.add;
    }
    return PyErr_Occurred() ? -1 : 0;
}

/* (options, stable) -> reading; the caller holds the interpreter lock. */
static reading *new_reading(PyObject *answer) {
    PyObject *options = NULL;
    int stable = 0;
    if (!PyArg_ParseTuple(answer, "O!p", &PyTuple_Type, &options, &stable)) return NULL;
    Py_ssize_t count = PyTuple_Size(options);
    if (count < 1 || count > MAX_OPTIONS) {
        PyErr_SetString(PyExc_ValueError, "a character has 1 to 3 readings");
        return NULL;
    }
    reading *made = calloc(1, sizeof *made);
    if (!made) {
        PyErr_NoMemory();
        return NULL;
    }
    made->count = (int)count;
    made->stable = stable;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (step_of(PyTuple_GetItem(options, i), made->option + i)) {
            free(made);
            return NULL;
        }
    }
    return made;
}

/* Asks Python for a code point; the interpreter lock also keeps two threads from both storing. */
reading *ask_reading(visit *visit, uint32_t code_point) {
    static reading nothing;
    kernel *kernel = visit->kernel;
    reading *known = NULL;
    if (visit->failed) return &nothing;
    if (visit->thread) PyEval_RestoreThread(visit->thread);
    PyObject *answer = PyObject_CallFunction(kernel->resolve_with, "I", code_point);
    if (answer) {
        known = new_reading(answer);
        Py_DECREF(answer);
    }
    if (known) {
        reading **page = kernel->pages[code_point >> 8];
        if (!page) page = calloc(256, sizeof *page);
        if (!page) {
            free(known);
            known = NULL;
            PyErr_NoMemory();
        } else {
            reading *other = page[code_point & 0xff]; /* while Python ran, another thread asked too */
            if (other) {
                free(known);
                known = other;
            }
            __atomic_store_n(&page[code_point & 0xff], known, __ATOMIC_RELEASE);
            __atomic_store_n(&kernel->pages[code_point >> 8], page, __ATOMIC_RELEASE);
        }
    }
    if (!known) visit->failed = 1;
    if (visit->thread) visit->thread = PyEval_SaveThread();
    return known ? known : &nothing;
}

int set_letters(kernel *kernel, PyObject *expansions, const char *fold) {
    if (PyTuple_Size(expansions) != 128) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "128 expansions are needed");
        return -1;
    }
    for (int i = 0; i < 128; i++)
        if (step_of(PyTuple_GetItem(expansions, i), kernel->ascii + i)) return -1;
    memcpy(kernel->fold, fold, 128);
    return 0;
}

int set_swaps(kernel *kernel, const char *swaps, Py_ssize_t length) {
    if (length % 3 || length / 3 > MAX_SWAP_PAIRS) {
        PyErr_SetString(PyExc_ValueError, "too many pairs outside the expansion");
        return -1;
    }
    kernel->swaps = (int)(length / 3);
    for (int i = 0; i < kernel->swaps; i++) {
        memcpy(kernel->swap_pair[i], swaps + i * 3, 2);
        kernel->swap_letter[i] = (uint8_t)swaps[i * 3 + 2];
    }
    return 0;
}

/* Class and pair rows: "10l" is a class of three members, then rows of two letters and their one. */
int set_rows(kernel *kernel, PyObject *classes, const char *rows, Py_ssize_t length) {
    for (int c = 0; c < 128; c++) kernel->folds[c][0] = (uint8_t)c;
    for (Py_ssize_t i = 0; i < PyList_Size(classes); i++) {
        Py_ssize_t count;
        const char *members = PyUnicode_AsUTF8AndSize(PyList_GetItem(classes, i), &count);
        if (!members) return -1;
        for (Py_ssize_t a = 0; a < count; a++) {
            int used = 1;
            if (count > 15 || (uint8_t)members[a] >= 0x80) {
                PyErr_SetString(PyExc_ValueError, "a class has up to 15 ASCII members");
                return -1;
            }
            for (Py_ssize_t b = 0; b < count; b++)
                if (a != b) kernel->folds[(uint8_t)members[a]][used++] = (uint8_t)members[b];
        }
    }
    kernel->row_count = (int)(length / 3);
    if (length % 3 || length / 3 > MAX_LETTER_ROWS) {
        PyErr_SetString(PyExc_ValueError, "too many pair rows");
        return -1;
    }
    memcpy(kernel->rows, rows, (size_t)length);
    return 0;
}

/* The keys of the rows' labels and domains; a label that is not ASCII has its own in `extra`. */
int set_targets(kernel *kernel, PyObject *extra) {
    if (kernel_add_targets(kernel)) return -1;
    Py_ssize_t more = PyList_Size(extra);
    for (Py_ssize_t i = 0; i < more; i++) {
        unsigned int target;
        PyObject *key;
        step part;
        if (!PyArg_ParseTuple(PyList_GetItem(extra, i), "IU", &target, &key)) return -1;
        if (step_of(key, &part)) return -1;
        uint64_t start = ascii_state(kernel, NULL, 0);
        if (keys_add(&kernel->keys, mix(start * part.mult + part.add), 0, target | OTHER)) return -1;
    }
    return more < 0 ? -1 : 0;
}
