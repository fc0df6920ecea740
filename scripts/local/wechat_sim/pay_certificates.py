"""GET /v3/certificates: the platform certificate, sealed; merchants with a public key have none."""

from cryptography import x509

from scripts.local.wechat_sim import crypto
from scripts.local.wechat_sim.clock import shanghai_time
from scripts.local.wechat_sim.pay_door import Answer, Call, PayError
from scripts.local.wechat_sim.world import token

NONE_LEFT = "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥"


def certificates(call: Call) -> Answer:
    """The list of certificates; 404 in public-key mode."""
    platform = call.world.keys.platform_certificate
    if call.world.setting("mode") == "public_key" or platform is None:
        raise PayError(404, "RESOURCE_NOT_EXISTS", NONE_LEFT)
    certificate = x509.load_pem_x509_certificate(platform.certificate_pem.encode())
    nonce = token(12)
    key = call.world.keys.api_v3_key
    sealed = crypto.seal_gcm(key, platform.certificate_pem, nonce=nonce, associated_data="certificate")
    entry = {
        "serial_no": platform.id,
        "effective_time": shanghai_time(certificate.not_valid_before_utc.timestamp()),
        "expire_time": shanghai_time(certificate.not_valid_after_utc.timestamp()),
        "encrypt_certificate": {
            "algorithm": "AEAD_AES_256_GCM",
            "nonce": nonce,
            "associated_data": "certificate",
            "ciphertext": sealed,
        },
    }
    return Answer({"data": [entry]})
