/* Shapes of JSON, from Python: every number is checked, since the screen trusts them. */
#include "types.h"

static int wrong(void) {
    PyErr_SetString(PyExc_ValueError, "not a shape of JSON");
    return -1;
}

/* Nodes are (kind, node of an array's elements or -1); entries, by parent, are (parent, what the key
 * begins with, what it ends with, whether anything may stand between, child). The tuples must
 * outlive the shape. */
int read_json_shape(PyObject *nodes, PyObject *entries, json_shape *shape) {
    Py_ssize_t count = PyTuple_Size(nodes), keys = PyTuple_Size(entries);
    int parent, before = 0;
    if (count < 1 || count > MAX_JSON_NODES || keys > MAX_JSON_NODES) return wrong();
    for (Py_ssize_t i = 0; i < count; i++) {
        if (!PyArg_ParseTuple(PyTuple_GetItem(nodes, i), "ii", shape->kinds + i, shape->elements + i)) return -1;
        if (shape->elements[i] < -1 || shape->elements[i] >= count) return wrong();
    }
    for (Py_ssize_t i = 0; i < keys; i++) {
        json_entry *entry = shape->entries + i;
        Py_ssize_t head, tail;
        if (!PyArg_ParseTuple(PyTuple_GetItem(entries, i), "iy#y#pi", &parent, &entry->head.start, &head,
                              &entry->tail.start, &tail, &entry->open, &entry->child))
            return -1;
        if (parent < before || parent >= count || entry->child < 0 || entry->child >= count || head + tail > 256)
            return wrong();
        entry->head.length = (int)head;
        entry->tail.length = (int)tail;
        entry->word = first_octets(entry->head.start, entry->head.length, entry->head.start + head);
        while (before < parent) shape->first[++before] = (int)i;
    }
    while (before < count) shape->first[++before] = (int)keys;
    for (int i = 0; i < count; i++)
        if (shape->first[i + 1] - shape->first[i] > MAX_JSON_KEYS) return wrong();
    return 0;
}
