/* detector._kernel.Kernel: the screen as a Python type; see detector.screen. */
#include "types.h"

enum { SCOPE_ALL = 1, EMBEDDED = 2, SUFFIX_SWAP = 4, HOLD_PLAIN = 8 };

typedef struct {
    PyObject_HEAD
    kernel kernel;
    PyObject *rows;
} Kernel;

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
    kernel->resolve = ask_reading;
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

PyObject *spans_list(const hits *out) {
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

PyType_Spec Kernel_spec = {
    "detector._kernel.Kernel", sizeof(Kernel), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, Kernel_slots};
