/* detector._kernel.Rows: target rows as a Python type; see detector.row_store. */
#include "types.h"

int set_rules(suffix_table *table, PyObject *rules) {
    Py_ssize_t count = PyList_Size(rules);
    if (count < 0) return -1;
    if (suffixes_init(table, (uint32_t)count + 16)) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        const char *rule;
        Py_ssize_t length;
        int flags;
        if (!PyArg_ParseTuple(PyList_GetItem(rules, i), "s#i", &rule, &length, &flags)) return -1;
        if (suffixes_add(table, rule, (size_t)length, flags)) {
            PyErr_Format(PyExc_ValueError, "not a public suffix rule: %s", rule);
            return -1;
        }
    }
    suffixes_seal(table);
    return 0;
}

int append_number(PyObject *list, uint32_t value) {
    PyObject *number = PyLong_FromUnsignedLong(value);
    int failed = !number || PyList_Append(list, number);
    Py_XDECREF(number);
    return failed ? -1 : 0;
}

static int Rows_init(PyObject *self, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"rules", NULL};
    target_rows *rows = &((Rows *)self)->rows;
    PyObject *rules;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!", names, &PyList_Type, &rules)) return -1;
    if (rows->slots) {
        PyErr_SetString(PyExc_ValueError, "already made");
        return -1;
    }
    if (rows_init(rows)) {
        PyErr_NoMemory();
        return -1;
    }
    return set_rules(&rows->suffixes, rules);
}

static void Rows_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    rows_free(&((Rows *)self)->rows);
    if (((Rows *)self)->source.obj) PyBuffer_Release(&((Rows *)self)->source);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    release(self);
    Py_DECREF(type);
}

static int is_made(PyObject *self) {
    if (((Rows *)self)->rows.slots) return 1;
    PyErr_SetString(PyExc_ValueError, "not made");
    return 0;
}

static int can_grow(PyObject *self) {
    if (!is_made(self)) return 0;
    if (!((Rows *)self)->sealed) return 1;
    PyErr_SetString(PyExc_ValueError, "a kernel reads these rows: they cannot change");
    return 0;
}

static PyObject *Rows_read(PyObject *self, PyObject *args) {
    Rows *rows = (Rows *)self;
    PyObject *source;
    Py_ssize_t start;
    row_reader r = {0};
    if (!PyArg_ParseTuple(args, "OnIi(iiii)", &source, &start, &r.line, &r.width, &r.domain, &r.brand, &r.industry,
                          &r.owned))
        return NULL;
    int last = r.width - 1;
    if (r.width < 1 || r.width > MAX_COLUMNS || r.domain < 0 || r.domain > last || r.brand < 0 || r.brand > last ||
        r.industry < 0 || r.industry > last || r.owned > last) {
        PyErr_SetString(PyExc_ValueError, "no such columns");
        return NULL;
    }
    if (rows->source.obj) PyBuffer_Release(&rows->source);
    if (PyObject_GetBuffer(source, &rows->source, PyBUF_SIMPLE)) return NULL;
    r.text = rows->source.buf;
    r.size = (size_t)rows->source.len;
    r.at = start < 0 ? r.size : (size_t)start;
    rows->reader = r;
    Py_RETURN_NONE;
}

static PyObject *Rows_odd(PyObject *self, PyObject *unused) {
    Rows *rows = (Rows *)self;
    span odd;
    (void)unused;
    if (!can_grow(self)) return NULL;
    int found = rows_read(&rows->rows, &rows->reader, &odd);
    if (found < 0) return PyErr_NoMemory();
    if (found)
        return Py_BuildValue("Iy#", rows->reader.line - 1, (const char *)odd.start, (Py_ssize_t)odd.length);
    if (rows->source.obj) PyBuffer_Release(&rows->source);
    memset(&rows->reader, 0, sizeof rows->reader);
    Py_RETURN_NONE;
}

static PyObject *Rows_append(PyObject *self, PyObject *args) {
    const char *domain, *brand, *industry;
    Py_ssize_t lengths[3];
    unsigned int line;
    if (!PyArg_ParseTuple(args, "s#s#s#I", &domain, lengths, &brand, lengths + 1, &industry, lengths + 2, &line))
        return NULL;
    if (!can_grow(self)) return NULL;
    if (lengths[0] > MAX_NAME || lengths[1] > INT32_MAX || lengths[2] > INT32_MAX) {
        PyErr_SetString(PyExc_ValueError, "too long");
        return NULL;
    }
    span domain_of = {(const uint8_t *)domain, (int)lengths[0]};
    span brand_of = {(const uint8_t *)brand, (int)lengths[1]};
    span industry_of = {(const uint8_t *)industry, (int)lengths[2]};
    if (rows_append(&((Rows *)self)->rows, domain_of, brand_of, industry_of, line)) return PyErr_NoMemory();
    Py_RETURN_NONE;
}

/* The octets of a text; one with a lone surrogate has none, and is nothing that could be found. */
static int octets_of(PyObject *text, span *out) {
    Py_ssize_t length;
    const char *octets = PyUnicode_AsUTF8AndSize(text, &length);
    if (!octets && PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) PyErr_Clear();
    if (!octets || length > MAX_NAME) return 0;
    *out = (span){(const uint8_t *)octets, (int)length};
    return 1;
}

static PyObject *Rows_place(PyObject *self, PyObject *domain) {
    span text;
    if (!is_made(self)) return NULL;
    int64_t place = octets_of(domain, &text) ? rows_find(&((Rows *)self)->rows, text) : -1;
    return PyErr_Occurred() ? NULL : PyLong_FromLongLong(place);
}

static PyObject *Rows_is_label(PyObject *self, PyObject *label) {
    span text;
    if (!is_made(self)) return NULL;
    int found = octets_of(label, &text) ? rows_has_label(&((Rows *)self)->rows, text) : 0;
    if (found < 0) return PyErr_NoMemory();
    return PyErr_Occurred() ? NULL : PyBool_FromLong(found);
}

static const target_row *row_at(PyObject *self, PyObject *number) {
    Py_ssize_t place = PyLong_AsSsize_t(number);
    const target_rows *rows = &((Rows *)self)->rows;
    if (place == -1 && PyErr_Occurred()) return NULL;
    if (place >= 0 && place < (Py_ssize_t)rows->count) return rows->rows + place;
    PyErr_SetString(PyExc_IndexError, "no such row");
    return NULL;
}

static PyObject *Rows_row(PyObject *self, PyObject *place) {
    const target_row *row = row_at(self, place);
    if (!row) return NULL;
    const char *text = (const char *)((Rows *)self)->rows.text + row->text;
    const char *brand = text + row->domain, *industry = brand + row->brand;
    return Py_BuildValue("s#s#s#", text, (Py_ssize_t)row->domain, brand, (Py_ssize_t)row->brand, industry,
                         (Py_ssize_t)row->industry);
}

static PyObject *Rows_line(PyObject *self, PyObject *place) {
    const target_row *row = row_at(self, place);
    return row ? PyLong_FromUnsignedLong(row->line) : NULL;
}

static PyObject *Rows_domains(PyObject *self, PyObject *unused) {
    const target_rows *rows = &((Rows *)self)->rows;
    PyObject *list = PyList_New((Py_ssize_t)rows->count);
    (void)unused;
    for (uint32_t place = 0; list && place < rows->count; place++) {
        span domain = rows_domain(rows, place);
        PyObject *text = PyUnicode_FromStringAndSize((const char *)domain.start, domain.length);
        if (!text) {
            Py_DECREF(list);
            return NULL;
        }
        PyList_SetItem(list, (Py_ssize_t)place, text);
    }
    return list;
}

/* Domains whose label is in A-label form: few of a list. */
static PyObject *Rows_idns(PyObject *self, PyObject *unused) {
    const target_rows *rows = &((Rows *)self)->rows;
    PyObject *list = PyList_New(0);
    (void)unused;
    for (uint32_t place = 0; list && place < rows->count; place++) {
        span domain = rows_domain(rows, place);
        if (domain.length < 4 || memcmp(domain.start, "xn--", 4)) continue;
        if (append_number(list, place)) {
            Py_DECREF(list);
            return NULL;
        }
    }
    return list;
}

static Py_ssize_t Rows_length(PyObject *self) { return (Py_ssize_t)((Rows *)self)->rows.count; }

static PyMethodDef Rows_methods[] = {
    {"read", Rows_read, METH_VARARGS, "Begin to read a file: data, start, line, width, (domain, brand, industry, owned)."},
    {"odd", Rows_odd, METH_NOARGS, "Take plain rows up to one that is not: (line, octets), or None at the end."},
    {"append", Rows_append, METH_VARARGS, "Add a row: domain, brand, industry, line."},
    {"place", Rows_place, METH_O, "Place of a domain, or -1."},
    {"is_label", Rows_is_label, METH_O, "Whether a label is that of a row's domain."},
    {"row", Rows_row, METH_O, "Domain, brand and industry of a place."},
    {"line", Rows_line, METH_O, "Line of a place."},
    {"domains", Rows_domains, METH_NOARGS, "All domains."},
    {"idns", Rows_idns, METH_NOARGS, "Places of the domains whose label is an A-label."},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot Rows_slots[] = {
    {Py_tp_doc, "The rows of a target list; see detector.row_store."},
    {Py_tp_init, Rows_init},
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_dealloc, Rows_dealloc},
    {Py_tp_methods, Rows_methods},
    {Py_sq_length, Rows_length},
    {0, NULL},
};

PyType_Spec Rows_spec = {"detector._kernel.Rows", sizeof(Rows), 0, Py_TPFLAGS_DEFAULT, Rows_slots};
