using System.Globalization;
using Slipway.LocalCloud.Http;

namespace Slipway.LocalCloud.GitHub;

/// <summary>An error in GitHub's body; its <c>status</c> is text there.</summary>
internal sealed class GitHubFault(int status, string message) : ApiFault(message)
{
    public override IResult ToResult() => TypedResults.Json(
        new GitHubError(Message, "https://docs.github.com/rest", status.ToString(CultureInfo.InvariantCulture)), GitHubJson.Wire.GitHubError, statusCode: status);

    public static GitHubFault NotFound() => new(404, "Not Found");
}
