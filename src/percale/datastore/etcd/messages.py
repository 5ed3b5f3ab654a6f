"""The messages of etcd's API that this store sends and reads, numbered as in etcd's `rpc.proto` and `kv.proto`.

They are made when this is imported, and not by a generator: what one release of protoc generates, another release of
protobuf refuses.
"""

from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

#: Fields that nobody here looks at are left out; a reader passes over them. Enumerations travel as numbers.
_MESSAGES = {
    "ResponseHeader": "revision:3:int64",
    "KeyValue": "key:1:bytes mod_revision:3:int64 value:5:bytes",
    "Event": "type:1:int64 kv:2:KeyValue prev_kv:3:KeyValue",
    "RangeRequest": "key:1:bytes range_end:2:bytes limit:3:int64 revision:4:int64 sort_order:5:int64 "
    "sort_target:6:int64 keys_only:8:bool count_only:9:bool min_mod_revision:10:int64",
    "RangeResponse": "header:1:ResponseHeader kvs:2:KeyValue* more:3:bool",
    "PutRequest": "key:1:bytes value:2:bytes ignore_lease:6:bool",
    "DeleteRangeRequest": "key:1:bytes",
    "RequestOp": "request_range:1:RangeRequest request_put:2:PutRequest "
    "request_delete_range:3:DeleteRangeRequest request_txn:4:TxnRequest",
    "ResponseOp": "response_range:1:RangeResponse",
    "Compare": "result:1:int64 target:2:int64 key:3:bytes mod_revision:6:int64 range_end:64:bytes",
    "TxnRequest": "compare:1:Compare* success:2:RequestOp*",
    "TxnResponse": "header:1:ResponseHeader succeeded:2:bool responses:3:ResponseOp*",
    "WatchCreateRequest": "key:1:bytes range_end:2:bytes start_revision:3:int64 progress_notify:4:bool prev_kv:6:bool",
    "WatchRequest": "create_request:1:WatchCreateRequest",
    "WatchResponse": "header:1:ResponseHeader created:3:bool canceled:4:bool compact_revision:5:int64 "
    "cancel_reason:6:string events:11:Event*",
    "AuthenticateRequest": "name:1:string password:2:string",
    "AuthenticateResponse": "token:2:string",
}
#: Of RangeRequest's `sort_order` and `sort_target`.
DESCENDING, BY_MOD_REVISION = 2, 3
#: Of Compare's `result` and `target`.
EQUAL, LESS, OF_MOD_REVISION = 0, 2, 2
#: Of Event's `type`.
DELETED = 1

#: Made of the table above, so its fields are known to nobody but protobuf.
Message = Any

_SCALARS = {
    "bool": FieldDescriptorProto.TYPE_BOOL,
    "bytes": FieldDescriptorProto.TYPE_BYTES,
    "int64": FieldDescriptorProto.TYPE_INT64,
    "string": FieldDescriptorProto.TYPE_STRING,
}
_PACKAGE = "percale.etcd"


def _file() -> FileDescriptorProto:
    # This syntax sends what was set even where it is zero: to compare with revision 0 is to ask that nothing be there.
    messages = [DescriptorProto(name=name, field=_fields(fields)) for name, fields in _MESSAGES.items()]
    return FileDescriptorProto(name="percale/etcd.proto", package=_PACKAGE, syntax="proto2", message_type=messages)


def _fields(text: str) -> Iterator[FieldDescriptorProto]:
    for field in text.split():
        name, number, form = field.split(":")
        label = FieldDescriptorProto.LABEL_REPEATED if form.endswith("*") else FieldDescriptorProto.LABEL_OPTIONAL
        made = FieldDescriptorProto(name=name, number=int(number), label=label)
        if scalar := _SCALARS.get(form):
            made.type = scalar
        else:
            made.type = FieldDescriptorProto.TYPE_MESSAGE
            made.type_name = f".{_PACKAGE}.{form.rstrip('*')}"
        yield made


_pool = DescriptorPool()
_pool.AddSerializedFile(_file().SerializeToString())


def _message(name: str) -> Message:
    return GetMessageClass(_pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))


RangeRequest, RangeResponse = _message("RangeRequest"), _message("RangeResponse")
PutRequest, DeleteRangeRequest = _message("PutRequest"), _message("DeleteRangeRequest")
RequestOp, Compare = _message("RequestOp"), _message("Compare")
TxnRequest, TxnResponse = _message("TxnRequest"), _message("TxnResponse")
WatchCreateRequest = _message("WatchCreateRequest")
WatchRequest, WatchResponse = _message("WatchRequest"), _message("WatchResponse")
AuthenticateRequest, AuthenticateResponse = _message("AuthenticateRequest"), _message("AuthenticateResponse")
