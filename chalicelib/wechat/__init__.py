"""The street: gateways to WeChat. They carry and translate, they take no business decision.

Every call has a time-out, every answer a typed result, every refusal a type of its own; nothing
secret reaches a log line or the text of an exception (wechat.md §6).
"""
