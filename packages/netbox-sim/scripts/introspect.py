"""Writes what NetBox's OpenAPI does not say: run inside NetBox, reads only its code and an empty database.

    python manage.py shell < introspect.py   (with OUT naming the file to write)

For every model view: names used in messages, display URLs, how each field is stored and related,
constraints with their messages, what each serializer field reads from, and what each filter parameter means
(the path through the models, the lookup, whether it excludes, its method).
"""
import gzip, inspect, json, os, re
from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.fields.related import ForeignObjectRel
from django.urls import get_resolver
from django.utils.module_loading import import_string
from django.utils.encoding import force_str
from rest_framework import serializers as drf
from netbox.api.fields import ChoiceField as NbChoiceField, ContentTypeField, RelatedObjectCountField, SerializedPKRelatedField


def plain(v):
    if v is models.NOT_PROVIDED or v is drf.empty:
        return None
    if callable(v):
        try:
            return plain(v())
        except Exception:
            return {"callable": getattr(v, "__name__", str(v))}
    if isinstance(v, list) and v and all(hasattr(one, "upper_inc") for one in v):
        return [[one.lower, one.upper if one.upper_inc else one.upper - 1] for one in v]
    try:
        json.dumps(v)
        return v
    except TypeError:
        return str(v)


def label(model):
    return model._meta.label_lower


def flat(choices):
    out = []
    for k, v in choices or []:
        if isinstance(v, (list, tuple)):
            out += [[k2, force_str(v2)] for k2, v2 in v]
        elif k is not None:
            out.append([k, force_str(v)])
    return out


def hops(model, path):
    """The path of a filter through the models, one step an entry: the model it starts at and how it goes on."""
    steps, current = [], model
    for part in path.split("__"):
        if part == "pk":
            part = "id"
        try:
            f = current._meta.get_field(part)
        except FieldDoesNotExist:
            steps.append({"name": part, "kind": "lookup"})
            continue
        if isinstance(f, GenericForeignKey):
            steps.append({"name": part, "kind": "generic"})
            return steps
        if isinstance(f, GenericRelation):
            target = f.related_model
            steps.append({"name": part, "kind": "generic-reverse", "to": label(target),
                          "type": f.content_type_field_name, "id": f.object_id_field_name})
            current = target
        elif isinstance(f, ForeignObjectRel) and isinstance(f.field, GenericRelation):
            target = f.related_model
            steps.append({"name": part, "kind": "generic-forward", "to": label(target),
                          "type": f.field.content_type_field_name, "id": f.field.object_id_field_name})
            current = target
        elif isinstance(f, ForeignObjectRel):
            target = f.related_model
            kind = "m2m-reverse" if f.many_to_many else "reverse"
            steps.append({"name": part, "kind": kind, "to": label(target), "field": f.field.name})
            current = target
        elif f.many_to_many:
            steps.append({"name": part, "kind": "m2m", "to": label(f.related_model)})
            current = f.related_model
        elif f.is_relation and f.related_model:
            steps.append({"name": f.name, "kind": "fk", "to": label(f.related_model)})
            current = f.related_model
        else:
            steps.append({"name": part, "kind": "field", "t": f.get_internal_type()})
    return steps


def model_field(f):
    d = {
        "t": f.get_internal_type(), "cls": type(f).__name__, "verbose": force_str(f.verbose_name), "null": f.null,
        "blank": f.blank, "default": plain(f.default), "unique": bool(f.unique), "editable": f.editable,
    }
    if f.unique and not f.primary_key:
        d["unique_message"] = force_str(f.error_messages.get("unique", ""))
    if getattr(f, "max_length", None):
        d["max_length"] = f.max_length
    if f.choices:
        d["choices"] = flat(f.choices)
    if f.is_relation and f.related_model:
        d["to"] = label(f.related_model)
        d["related_name"] = f.remote_field.get_accessor_name() if f.remote_field else None
        if f.remote_field is not None and getattr(f.remote_field, "on_delete", None):
            d["on_delete"] = f.remote_field.on_delete.__name__
    validators = [type(v).__name__ if not inspect.isfunction(v) else v.__name__ for v in f.validators]
    d["validators"] = validators
    d["regexes"] = [[v.regex.pattern, force_str(v.message)] for v in f.validators if hasattr(v, "regex")]
    return d


def shown(serializer):
    """The fields a related object is shown with; `[name, fields]` where one of them is such an object again."""
    out = []
    for name, f in serializer.fields.items():
        meta = getattr(f, "Meta", None)
        again = isinstance(f, drf.BaseSerializer) and not isinstance(f, drf.ListSerializer) and getattr(meta, "model", None)
        out.append([name, shown(f)] if again else name)
    return out


def serializer_field(f):
    d = {"cls": type(f).__name__, "source": f.source, "required": f.required, "ro": f.read_only, "wo": f.write_only}
    if hasattr(f, "allow_null"):
        d["null"] = f.allow_null
    if hasattr(f, "allow_blank"):
        d["blank"] = f.allow_blank
    for k in ("max_length", "min_length", "max_value", "min_value", "max_digits", "decimal_places"):
        v = getattr(f, k, None)
        if v is not None:
            d[k] = v if isinstance(v, int) else float(v)
            if k in ("max_value", "min_value"):
                d[k + "_words"] = str(v)
    if f.default is not drf.empty:
        d["default"] = plain(f.default) if not hasattr(f.default, "requires_context") else {"create_only": True}
    if isinstance(f, NbChoiceField):
        d["choices"] = [[k, force_str(v)] for k, v in f.choices.items()]
        d["kind"] = "choice"
    elif isinstance(f, drf.ChoiceField):
        d["choices"] = [[k, force_str(v)] for k, v in f.choices.items()]
        d["kind"] = "plain-choice"
    elif isinstance(f, RelatedObjectCountField):
        d["kind"] = "count"
        d["relation"] = f.relation
    elif isinstance(f, ContentTypeField):
        d["kind"] = "content-type"
        if getattr(f, "queryset", None) is not None:
            d["types"] = [f"{c.app_label}.{c.model}" for c in f.queryset.all()]
    elif isinstance(f, SerializedPKRelatedField):
        d["kind"] = "pk"
        d["to"] = label(f.queryset.model)
        d["nested"] = shown(f.serializer(nested=f.nested))
    elif isinstance(f, drf.ManyRelatedField):
        child = f.child_relation
        d["kind"] = "many-pk" if not isinstance(child, ContentTypeField) else "many-content-type"
        d["allow_empty"] = f.allow_empty
        if isinstance(child, ContentTypeField):
            d["types"] = [f"{c.app_label}.{c.model}" for c in child.queryset.all()]
        elif getattr(child, "queryset", None) is not None:
            d["to"] = label(child.queryset.model)
        if isinstance(child, SerializedPKRelatedField):
            d["nested"] = shown(child.serializer(nested=child.nested))
    elif isinstance(f, drf.PrimaryKeyRelatedField):
        d["kind"] = "pk"
        if f.queryset is not None:
            d["to"] = label(f.queryset.model)
    elif isinstance(f, drf.ListSerializer):
        d["kind"] = "many-nested"
        d["child"] = type(f.child).__name__
        meta = getattr(f.child, "Meta", None)
        if meta is not None and getattr(meta, "model", None):
            d["to"] = label(meta.model)
            d["nested"] = shown(f.child)
    elif isinstance(f, drf.BaseSerializer):
        meta = getattr(f, "Meta", None)
        d["kind"] = "nested"
        if meta is not None and getattr(meta, "model", None):
            d["to"] = label(meta.model)
            d["nested"] = shown(f)
    elif isinstance(f, drf.ListField):
        d["kind"] = "list"
        d["child"] = type(f.child).__name__
        d["allow_empty"] = f.allow_empty
        d["child_min"], d["child_max"] = getattr(f.child, "min_value", None), getattr(f.child, "max_value", None)
        if hasattr(f.child, "choices"):
            d["child_choices"] = [[k, force_str(v)] for k, v in f.child.choices.items()]
    if isinstance(f, drf.CharField):
        d["trim"] = f.trim_whitespace
    d["validators"] = [type(v).__name__ if not inspect.isfunction(v) else v.__name__ for v in f.validators]
    return d


def filter_entry(model, f):
    d = {"cls": type(f).__name__, "lookup": f.lookup_expr, "exclude": bool(f.exclude)}
    bases = [c.__name__ for c in type(f).__mro__]
    d["base"] = next((b for b in bases if b in (
        "ContentTypeFilter", "NullableCharFieldFilter", "TreeNodeMultipleChoiceFilter", "TagFilter", "TagIDFilter", "ModelMultipleChoiceFilter",
        "ModelChoiceFilter", "MultiValueCharFilter", "MultiValueNumberFilter", "MultiValueDecimalFilter", "MultiValueDateTimeFilter",
        "MultiValueDateFilter", "MultiValueTimeFilter", "MultiValueMACAddressFilter", "MultiValueWWNFilter", "MultiValueArrayFilter", "NumericArrayFilter",
        "MultipleChoiceFilter", "BooleanFilter", "NumberFilter", "UUIDFilter", "DateTimeFromToRangeFilter", "CharFilter")), "Filter")
    if f.method is not None:
        d["method"] = f.method if isinstance(f.method, str) else getattr(f.method, "__name__", "?")
    elif f.field_name:
        d["path"] = hops(model, f.field_name)
    if f.extra.get("to_field_name"):
        d["to_field"] = f.extra["to_field_name"]
    if f.extra.get("queryset") is not None and hasattr(f.extra["queryset"], "model"):
        d["to"] = label(f.extra["queryset"].model)
    if f.extra.get("choices") and not callable(f.extra["choices"]):
        d["choices"] = [k for k, _ in flat(f.extra["choices"])]
    elif callable(f.extra.get("choices")):
        try:
            d["choices"] = [k for k, _ in flat(f.extra["choices"]())]
        except Exception:
            pass
    if getattr(f, "null_value", None):
        d["null_value"] = f.null_value
    if getattr(f, "conjoined", False):
        d["conjoined"] = True
    return d


def views(patterns, prefix=""):
    for p in patterns:
        route = prefix + str(p.pattern)
        if hasattr(p, "url_patterns"):
            yield from views(p.url_patterns, route)
        elif getattr(p.callback, "actions", None) and "list" in p.callback.actions.values():
            yield route, p.callback


seen, out = set(), []
for route, view in views(get_resolver().url_patterns):
    if not route.startswith("api/") or "format" in route or "plugins" in route:
        continue
    cls = view.cls
    path = "/" + re.sub(r"[\^\$\\]|\?P<.*?>", "", route)
    if path in seen or "(" in path or "<" in path:
        continue
    sc = getattr(cls, "serializer_class", None)
    if sc is None and getattr(cls, "queryset", None) is not None:
        # Devices and virtual machines choose theirs by request: the one that answers when nothing is asked.
        name = cls.queryset.model.__name__
        sc = import_string(f"{cls.queryset.model._meta.app_label}.api.serializers.{name}WithConfigContextSerializer")
    model = getattr(getattr(sc, "Meta", None), "model", None)
    if model is None:
        continue
    seen.add(path)
    meta = model._meta
    s = sc()
    entry = {
        "path": path, "model": label(model), "object_name": meta.object_name, "verbose": force_str(meta.verbose_name),
        "verbose_plural": force_str(meta.verbose_name_plural), "ordering": [str(o) for o in meta.ordering],
        "actions": sorted(set(view.actions)), "views": [c.__name__ for c in cls.__mro__ if c.__module__.startswith(("netbox", "dcim", "ipam"))],
        "brief": list(getattr(sc.Meta, "brief_fields", ()) or ()), "tree": any(c.__name__ == "MPTTModel" for c in model.__mro__),
        "bases": [c.__name__ for c in model.__mro__],
        "app_verbose": force_str(meta.app_config.verbose_name),
        "change_log": any(c.__name__ == "ChangeLoggingMixin" for c in model.__mro__),
    }
    try:
        o = model(pk=987654)
        entry["page"] = o.get_absolute_url().replace("987654", "{id}")
    except Exception:
        entry["page"] = None
    entry["fields"] = {n: serializer_field(f) for n, f in s.fields.items()}
    entry["model_fields"] = {f.name: model_field(f) for f in [*meta.concrete_fields, *meta.many_to_many] if not isinstance(f, GenericRelation)}
    entry["generic"] = [{"name": f.name, "type": f.ct_field, "id": f.fk_field} for f in meta.private_fields if isinstance(f, GenericForeignKey)]
    entry["generic_relations"] = [{"name": f.name, "to": label(f.related_model), "type": f.content_type_field_name, "id": f.object_id_field_name}
                                  for f in meta.private_fields if isinstance(f, GenericRelation)]
    entry["reverse"] = [{"name": f.get_accessor_name(), "to": label(f.related_model), "field": f.field.name,
                         "kind": "m2m" if f.many_to_many else "one" if f.one_to_one else "fk"}
                        for f in meta.related_objects if not isinstance(f.field, GenericRelation)]
    entry["unique_together"] = [list(u) for u in meta.unique_together]
    entry["constraints"] = []
    for c in meta.constraints:
        d = {"name": c.name, "cls": type(c).__name__, "message": force_str(c.violation_error_message), "custom_message": c.violation_error_message != c.default_violation_error_message}
        if isinstance(c, models.UniqueConstraint):
            d["fields"] = list(c.fields)
            d["expressions"] = [str(e) for e in c.expressions]
            d["condition"] = str(c.condition) if c.condition is not None else None
        entry["constraints"].append(d)
    fsc = getattr(cls, "filterset_class", None)
    entry["filters"] = {}
    entry["search"] = []
    if fsc is not None:
        fs = fsc()
        entry["filters"] = {n: filter_entry(model, f) for n, f in fs.filters.items()}
        if hasattr(fsc, "search"):
            entry["search"] = sorted(set(re.findall(r"(\w+)__icontains", inspect.getsource(fsc.search))))
            entry["search"] += sorted(set(re.findall(r"(\w+__(?:iexact|istartswith|net_\w+))", inspect.getsource(fsc.search))))
    out.append(entry)

json_text = json.dumps(out, indent=0, default=str)
with gzip.GzipFile(os.environ["OUT"], "wb", mtime=0) as fh:
    fh.write(json_text.encode())
print(len(out), "types", len(json_text), "bytes")
