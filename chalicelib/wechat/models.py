"""The one table of this room: an access token for each of our two WeChat apps."""

from pynamodb.attributes import UnicodeAttribute

from chalicelib.kernel.dynamo import Table, TimeAttribute, table_name


class TokenRow(Table):
    """``app`` is ``mp`` or ``oa``. The row outlives its token: expiry is judged by ``expires_at``."""

    class Meta:
        table_name = table_name("wechat-tokens")

    app = UnicodeAttribute(hash_key=True)
    access_token = UnicodeAttribute(null=True)
    expires_at = TimeAttribute(null=True)
    refresh_lock_until = TimeAttribute(null=True)
    forced_at = TimeAttribute(null=True)
