"""The table of api.weixin.qq.com's endpoints."""

from scripts.local.wechat_sim import api_codes, api_login, api_messages, api_official, api_shipping, api_token
from scripts.local.wechat_sim.api_door import Api

APIS = (
    Api("api.jscode2session", "GET", "/sns/jscode2session", api_login.session_of_code),
    Api("api.oauth_token", "GET", "/sns/oauth2/access_token", api_login.web_token),
    Api("api.oauth_refresh", "GET", "/sns/oauth2/refresh_token", api_login.refresh_web_token),
    Api("api.oauth_user", "GET", "/sns/userinfo", api_login.web_user),
    Api("api.oauth_check", "GET", "/sns/auth", api_login.web_token_check),
    Api("api.stable_token", "POST", "/cgi-bin/stable_token", api_token.stable_token, rule=api_token.STABLE),
    Api("api.token", "GET", "/cgi-bin/token", api_token.plain_token),
    Api("api.wxacode", "POST", "/wxa/getwxacodeunlimit", api_codes.mini_program_code, "mp", api_codes.CODE),
    Api(
        "api.phone", "POST", "/wxa/business/getuserphonenumber", api_login.phone_number, "mp", api_login.PHONE
    ),
    Api(
        "api.subscribe_send",
        "POST",
        "/cgi-bin/message/subscribe/send",
        api_messages.send_subscribed,
        "mp oa",
        api_messages.SEND,
    ),
    Api(
        "api.msg_sec_check",
        "POST",
        "/wxa/msg_sec_check",
        api_messages.check_content,
        "mp",
        api_messages.CHECK,
    ),
    Api(
        "api.upload_shipping",
        "POST",
        "/wxa/sec/order/upload_shipping_info",
        api_shipping.upload,
        "mp",
        api_shipping.UPLOAD,
    ),
    Api("api.get_order", "POST", "/wxa/sec/order/get_order", api_shipping.get_order, "mp", api_shipping.GET),
    Api("api.user_info", "GET", "/cgi-bin/user/info", api_official.user_info, "oa"),
    Api("api.menu_create", "POST", "/cgi-bin/menu/create", api_official.create_menu, "oa", api_official.MENU),
    Api("api.menu_get", "GET", "/cgi-bin/menu/get", api_official.get_menu, "oa"),
    Api("api.menu_delete", "GET", "/cgi-bin/menu/delete", api_official.delete_menu, "oa"),
    Api(
        "api.qrcode_create", "POST", "/cgi-bin/qrcode/create", api_codes.create_ticket, "oa", api_codes.TICKET
    ),
    Api("api.ticket", "GET", "/cgi-bin/ticket/getticket", api_official.page_ticket, "oa"),
)
