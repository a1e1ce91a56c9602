/* detector._kernel: the Python side of the screen. Stable ABI of Python 3.11. */
#include "types.h"
#ifdef __GLIBC__
#include <malloc.h>
#endif

enum { SCOPE_ALL = 1, EMBEDDED = 2, SUFFIX_SWAP = 4, HOLD_PLAIN = 8 };

typedef struct {
    PyObject_HEAD
    kernel kernel;
    PyObject *rows;
} Kernel;

static PyTypeObject *rows_type;

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
static reading *ask(visit *visit, uint32_t code_point) {
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

static int set_letters(kernel *kernel, PyObject *expansions, const char *fold) {
    if (PyTuple_Size(expansions) != 128) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "128 expansions are needed");
        return -1;
    }
    for (int i = 0; i < 128; i++)
        if (step_of(PyTuple_GetItem(expansions, i), kernel->ascii + i)) return -1;
    memcpy(kernel->fold, fold, 128);
    return 0;
}

static int set_swaps(kernel *kernel, const char *swaps, Py_ssize_t length) {
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
static int set_rows(kernel *kernel, PyObject *classes, const char *rows, Py_ssize_t length) {
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
static int set_targets(kernel *kernel, PyObject *extra) {
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

static int Kernel_init(PyObject *self, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"expansions", "fold", "swaps", "resolve", "rules", "targets",
                            "extra", "own", "flags", "classes", "rows", NULL};
    kernel *kernel = &((Kernel *)self)->kernel;
    PyObject *expansions, *resolve, *rules, *targets, *extra, *classes;
    const char *fold, *swaps, *own, *rows;
    Py_ssize_t fold_size, swaps_size, own_size, rows_size;
    int flags;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!y#y#OO!O!O!y#iO!y#", names, &PyTuple_Type,
                                     &expansions, &fold, &fold_size, &swaps, &swaps_size, &resolve,
                                     &PyList_Type, &rules, rows_type, &targets, &PyList_Type, &extra,
                                     &own, &own_size, &flags,
                                     &PyList_Type, &classes, &rows, &rows_size))
        return -1;
    if (kernel->resolve_with || fold_size != 128) {
        PyErr_SetString(PyExc_ValueError, "already made, or fold is not of 128 octets");
        return -1;
    }
    if (!((Rows *)targets)->rows.slots) {
        PyErr_SetString(PyExc_ValueError, "the rows are not made");
        return -1;
    }
    Py_INCREF(targets);
    ((Kernel *)self)->rows = targets;
    ((Rows *)targets)->sealed = 1;
    kernel->targets = &((Rows *)targets)->rows;
    Py_INCREF(resolve);
    kernel->resolve_with = resolve;
    kernel->resolve = ask;
    kernel->scope_all = !!(flags & SCOPE_ALL);
    kernel->embedded = !!(flags & EMBEDDED);
    kernel->suffix_swap = !!(flags & SUFFIX_SWAP);
    kernel->hold_plain = !!(flags & HOLD_PLAIN);
    if (set_letters(kernel, expansions, fold) || set_swaps(kernel, swaps, swaps_size) ||
        set_rows(kernel, classes, rows, rows_size) ||
        set_rules(&kernel->suffixes, rules) || set_targets(kernel, extra) ||
        names_init(&kernel->own, own, (size_t)own_size)) {
        if (!PyErr_Occurred()) PyErr_NoMemory();
        return -1;
    }
    return 0;
}

static int Kernel_clear(PyObject *self) {
    PyObject *resolve = ((Kernel *)self)->kernel.resolve_with;
    ((Kernel *)self)->kernel.resolve_with = NULL;
    Py_XDECREF(resolve);
    return 0;
}

static int Kernel_traverse(PyObject *self, visitproc visit, void *arg) {
    Py_VISIT((PyObject *)((Kernel *)self)->kernel.resolve_with);
    Py_VISIT(((Kernel *)self)->rows);
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static void Kernel_dealloc(PyObject *self) {
    kernel *kernel = &((Kernel *)self)->kernel;
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Kernel_clear(self);
    readings_free(kernel);
    suffixes_free(&kernel->suffixes);
    keys_free(&kernel->keys);
    names_free(&kernel->own);
    Py_XDECREF(((Kernel *)self)->rows); /* last: the screen looks into it */
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

static PyObject *spans_list(const hits *out) {
    PyObject *list = PyList_New((Py_ssize_t)out->used / 2);
    for (size_t i = 0; list && i < out->used; i += 2) {
        PyObject *pair = Py_BuildValue("LL", (long long)out->spans[i], (long long)out->spans[i + 1]);
        if (!pair) {
            Py_DECREF(list);
            return NULL;
        }
        PyList_SetItem(list, (Py_ssize_t)i / 2, pair);
    }
    return list;
}

typedef struct {
    const uint8_t *data;
    size_t size;
    const void *offsets; /* of an Arrow array; else the data are lines */
    int wide;
    size_t first, count;
    const json_shape *json;
    const line_shape *columns;
    const row_shape *rows;
    int frames, entries; /* where none of these: plain names */
} source;

/* Runs one driver without the interpreter lock; gives (records, blank, spans). */
static PyObject *run(Kernel *self, const source *from) {
    hits out = {NULL, 0, 0, 0, 0, 0};
    screen *screen = malloc(sizeof *screen);
    if (!screen) return PyErr_NoMemory();
    screen_begin(screen, &self->kernel, NULL, &out, from->data + from->size);
    screen->visit.thread = PyEval_SaveThread();
    if (from->offsets)
        screen_strings(screen, from->data, from->size, from->offsets, from->wide, from->first, from->count);
    else if (from->json) screen_ndjson(screen, from->json, from->data, from->size);
    else if (from->columns) screen_columns(screen, from->columns, from->data, from->size);
    else if (from->rows) screen_rows(screen, from->rows, from->data, from->size);
    else if (from->frames) screen_frames(screen, from->data, from->size);
    else if (from->entries) screen_entries(screen, from->data, from->size);
    else screen_lines(screen, from->data, from->size);
    screen_end(screen);
    PyEval_RestoreThread(screen->visit.thread);
    int failed = screen->visit.failed;
    free(screen);
    PyObject *result = NULL;
    if (out.failed) PyErr_NoMemory();
    else if (failed && !PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "broken Arrow offsets");
    else if (!failed) {
        PyObject *spans = spans_list(&out);
        if (spans) result = Py_BuildValue("LLN", (long long)out.records, (long long)out.blank, spans);
    }
    free(out.spans);
    return result;
}

static PyObject *run_block(PyObject *self, PyObject *block, source from) {
    Py_buffer view;
    if (PyObject_GetBuffer(block, &view, PyBUF_SIMPLE)) return NULL;
    from.data = view.buf;
    from.size = (size_t)view.len;
    PyObject *result = run((Kernel *)self, &from);
    PyBuffer_Release(&view);
    return result;
}

static PyObject *Kernel_lines(PyObject *self, PyObject *block) { return run_block(self, block, (source){0}); }

static PyObject *Kernel_frames(PyObject *self, PyObject *block) {
    return run_block(self, block, (source){.frames = 1});
}

static PyObject *Kernel_entries(PyObject *self, PyObject *block) {
    return run_block(self, block, (source){.entries = 1});
}

static PyObject *Kernel_ndjson(PyObject *self, PyObject *args) {
    PyObject *block, *nodes, *entries;
    json_shape shape = {0};
    if (!PyArg_ParseTuple(args, "OpO!O!", &block, &shape.several, &PyTuple_Type, &nodes, &PyTuple_Type, &entries) ||
        read_json_shape(nodes, entries, &shape))
        return NULL;
    return run_block(self, block, (source){.json = &shape});
}

static PyObject *Kernel_columns(PyObject *self, PyObject *args) {
    PyObject *block;
    line_shape shape = {0};
    Py_ssize_t mark, unset;
    if (!PyArg_ParseTuple(args, "Oy#piiiiy#i", &block, &shape.mark.start, &mark, &shape.marked, &shape.own,
                          &shape.count, &shape.rdata, &shape.between, &shape.unset.start, &unset, &shape.number))
        return NULL;
    if (mark < 1 || mark > 64 || unset > 64 || shape.own < 0 || shape.count < 0) {
        PyErr_SetString(PyExc_ValueError, "not a shape of lines");
        return NULL;
    }
    shape.mark.length = (int)mark;
    shape.unset.length = (int)unset;
    return run_block(self, block, (source){.columns = &shape});
}

static PyObject *Kernel_rows(PyObject *self, PyObject *args) {
    PyObject *block;
    row_shape shape = {0};
    Py_ssize_t divider, count;
    const char *mark;
    if (!PyArg_ParseTuple(args, "Oy#iy#", &block, &mark, &divider, &shape.own, &shape.kinds, &count)) return NULL;
    if (divider != 1 || count > MAX_CELLS || shape.own < 0 || shape.own >= count) {
        PyErr_SetString(PyExc_ValueError, "not a shape of rows");
        return NULL;
    }
    shape.divider = (uint8_t)*mark;
    shape.count = (int)count;
    return run_block(self, block, (source){.rows = &shape});
}

static PyObject *unfinished(PyObject *module, PyObject *args) {
    Py_buffer view;
    int final;
    (void)module;
    if (!PyArg_ParseTuple(args, "y*p", &view, &final)) return NULL;
    size_t place;
    Py_BEGIN_ALLOW_THREADS
    place = rows_unfinished(view.buf, (size_t)view.len, final);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&view);
    return PyLong_FromSize_t(place);
}

static PyObject *odd_entries(PyObject *module, PyObject *block) {
    Py_buffer view;
    hits out = {NULL, 0, 0, 0, 0, 0};
    (void)module;
    if (PyObject_GetBuffer(block, &view, PyBUF_SIMPLE)) return NULL;
    int done;
    Py_BEGIN_ALLOW_THREADS
    done = entries_odd(&out, view.buf, (size_t)view.len);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&view);
    PyObject *result = done ? spans_list(&out) : PyErr_NoMemory();
    free(out.spans);
    return result;
}

static PyObject *whole_frames(PyObject *module, PyObject *block) {
    Py_buffer view;
    int wrong;
    (void)module;
    if (PyObject_GetBuffer(block, &view, PyBUF_SIMPLE)) return NULL;
    size_t length = frames_whole(view.buf, (size_t)view.len, &wrong);
    PyBuffer_Release(&view);
    return Py_BuildValue("ni", (Py_ssize_t)length, wrong);
}

static PyObject *Kernel_strings(PyObject *self, PyObject *args) {
    PyObject *offsets_of, *data_of;
    Py_buffer offsets, data;
    Py_ssize_t first, count;
    int wide;
    if (!PyArg_ParseTuple(args, "OOnnp", &offsets_of, &data_of, &first, &count, &wide)) return NULL;
    if (PyObject_GetBuffer(offsets_of, &offsets, PyBUF_SIMPLE)) return NULL;
    if (PyObject_GetBuffer(data_of, &data, PyBUF_SIMPLE)) {
        PyBuffer_Release(&offsets);
        return NULL;
    }
    PyObject *result = NULL;
    Py_ssize_t items = offsets.len / (wide ? 8 : 4);
    if (first < 0 || count < 0 || first >= items || count > items - 1 - first) {
        PyErr_SetString(PyExc_ValueError, "the array is longer than its offsets");
    } else {
        source from = {
            .data = data.buf, .size = (size_t)data.len, .offsets = offsets.buf, .wide = wide,
            .first = (size_t)first, .count = (size_t)count,
        };
        result = run((Kernel *)self, &from);
    }
    PyBuffer_Release(&data);
    PyBuffer_Release(&offsets);
    return result;
}

static PyObject *Kernel_targets(PyObject *self, PyObject *key) {
    kernel *kernel = &((Kernel *)self)->kernel;
    uint64_t state = ascii_state(kernel, NULL, 0);
    Py_ssize_t length = PyUnicode_GetLength(key);
    PyObject *list = length < 0 ? NULL : PyList_New(0);
    for (Py_ssize_t i = 0; list && i < length; i++) {
        uint32_t point = PyUnicode_ReadChar(key, i);
        step part = text_step(&point, 1);
        state = state * part.mult + part.add;
    }
    const key_entry *entry = list ? keys_find(&kernel->keys, mix(state)) : NULL;
    for (uint32_t at = entry ? entry->posting : 0; at; at = kernel->keys.postings[at].next) {
        if (append_number(list, kernel->keys.postings[at].target & ~OTHER)) {
            Py_DECREF(list);
            return NULL;
        }
    }
    return list;
}

static PyObject *punycode(PyObject *module, PyObject *payload) {
    uint32_t points[MAX_LABEL];
    Py_buffer view;
    (void)module;
    if (PyObject_GetBuffer(payload, &view, PyBUF_SIMPLE)) return NULL;
    int count = punycode_decode(view.buf, view.len > MAX_LABEL ? 0 : (int)view.len, points, MAX_LABEL);
    PyBuffer_Release(&view);
    if (count < 0) Py_RETURN_NONE;
    return PyUnicode_DecodeUTF32((const char *)points, count * 4, NULL, NULL);
}

static PyMethodDef Kernel_methods[] = {
    {"lines", Kernel_lines, METH_O, "Screen names, one a line: (records, blank, spans)."},
    {"ndjson", Kernel_ndjson, METH_VARARGS, "Screen JSON objects, one a line: block, several, nodes, entries."},
    {"columns", Kernel_columns, METH_VARARGS,
     "Screen lines of a text log: block, mark, marked, own, count, rdata, between, unset, number."},
    {"rows", Kernel_rows, METH_VARARGS, "Screen rows of delimited text: block, divider, own, kinds."},
    {"frames", Kernel_frames, METH_O, "Screen whole frames of dnstap."},
    {"entries", Kernel_entries, METH_O, "Screen the plain entries of a zone file."},
    {"strings", Kernel_strings, METH_VARARGS, "Screen an Arrow string array: offsets, data, first, count, wide."},
    {"targets", Kernel_targets, METH_O, "Positions of the targets that have a key."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot Kernel_slots[] = {
    {Py_tp_doc, "The compiled screen; see detector.screen."},
    {Py_tp_init, Kernel_init},
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_dealloc, Kernel_dealloc},
    {Py_tp_traverse, Kernel_traverse},
    {Py_tp_clear, Kernel_clear},
    {Py_tp_methods, Kernel_methods},
    {0, NULL},
};

static PyType_Spec Kernel_spec = {
    "detector._kernel.Kernel", sizeof(Kernel), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, Kernel_slots};

/* Lets the process keep what it frees: blocks of one size follow each other, and to give each back
 * and to ask for the next costs more than to look through it, the more so with several threads. */
static PyObject *keep_memory(PyObject *module, PyObject *unused) {
    (void)module;
    (void)unused;
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, 32 << 20); /* the most that glibc allows */
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
#endif
    Py_RETURN_NONE;
}

static PyMethodDef module_methods[] = {
    {"keep_memory", keep_memory, METH_NOARGS, "Let the process keep the memory that it frees."},
    {"unfinished", unfinished, METH_VARARGS, "Where a last row begins that goes on: block, final."},
    {"odd_entries", odd_entries, METH_O, "Where lines stand that are no plain entries."},
    {"whole_frames", whole_frames, METH_O, "How many octets whole frames have, and what is wrong then."},
    {"punycode", punycode, METH_O, "Decode what follows xn--, or give None (RFC 3492)."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT, "detector._kernel", NULL, 0, module_methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__kernel(void) {
    PyObject *module = PyModule_Create(&module_def);
    PyObject *type = module ? PyType_FromSpec(&Kernel_spec) : NULL;
    rows_type = type ? (PyTypeObject *)PyType_FromSpec(&Rows_spec) : NULL; /* kept for good */
    if (!rows_type || PyModule_AddObjectRef(module, "Kernel", type) ||
        PyModule_AddObjectRef(module, "Rows", (PyObject *)rows_type)) {
        Py_XDECREF(type);
        Py_XDECREF(module);
        return NULL;
    }
    Py_DECREF(type);
    return module;
}
