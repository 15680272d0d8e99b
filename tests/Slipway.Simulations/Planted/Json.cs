using System.Text;
using System.Text.Json.Nodes;

namespace Slipway.Simulations;

internal static class Json
{
    public static JsonNode Parse(byte[] body) => JsonNode.Parse(body)!;

    public static byte[] Bytes(JsonNode body) => Encoding.UTF8.GetBytes(body.ToJsonString());
}
