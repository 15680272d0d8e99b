using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Slipway.LocalCloud.Http;

namespace Slipway.LocalCloud.SideChannel;

/// <summary>An error of LocalCloud's own side channel: a problem document.</summary>
internal sealed class SideChannelFault(int status, string title) : ApiFault(title)
{
    public override IResult ToResult() => TypedResults.Json(
        new Problem(Message, status), SideChannelJson.Wire.Problem, "application/problem+json", status);

    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return await JsonBody.ReadAsync(context, type);
        }
        catch (JsonException wrong)
        {
            throw new SideChannelFault(400, $"the body is not what is expected here: {wrong.Message}");
        }
    }
}
