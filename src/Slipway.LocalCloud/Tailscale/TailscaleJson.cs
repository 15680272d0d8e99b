using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.LocalCloud.Tailscale;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CreateKey))]
[JsonSerializable(typeof(KeyView))]
[JsonSerializable(typeof(KeysView))]
[JsonSerializable(typeof(DeviceView))]
[JsonSerializable(typeof(DevicesView))]
[JsonSerializable(typeof(ChangeDevice))]
[JsonSerializable(typeof(RoutesView))]
[JsonSerializable(typeof(DeviceAttribute))]
[JsonSerializable(typeof(AttributesView))]
[JsonSerializable(typeof(ShareDevice))]
[JsonSerializable(typeof(AccessTokenView))]
[JsonSerializable(typeof(OAuthErrorView))]
[JsonSerializable(typeof(TailscaleErrorView))]
[JsonSerializable(typeof(RegisterNode))]
[JsonSerializable(typeof(RegisteredNode))]
internal sealed partial class TailscaleJson : JsonSerializerContext
{
    public static TailscaleJson Wire { get; } =
        new(new JsonSerializerOptions
        {
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
}
