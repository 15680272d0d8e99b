using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace Slipway.Machines.Workflows;

/// <summary>What a run proves with that it is the run it says.</summary>
public enum RunClaim
{
    /// <summary>The callback secret alone, which all runs share.</summary>
    Token,

    /// <summary>GitHub's own token for that very run and job as well.</summary>
    Oidc,
}

/// <summary>The repository whose workflow makes servers, for the executor <c>github-actions</c>.</summary>
public sealed partial class GitHubSettings : IValidatableObject
{
    public const string Section = "GitHub";

    /// <summary>The workflow's own <c>timeout-minutes</c>: after it no run is alive.</summary>
    public static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(15);

    private const int ShortestSecret = 16;

    /// <summary>A token that may read and write actions of the repository, and nothing else.</summary>
    public string Token { get; set; } = "";

    /// <summary>As <c>owner/name</c>.</summary>
    public string Repository { get; set; } = "";

    /// <summary>The workflow's file name.</summary>
    public string Workflow { get; set; } = "provision-agent.yml";

    /// <summary>The branch whose workflow runs.</summary>
    public string Ref { get; set; } = "main";

    public Uri BaseUrl { get; set; } = new("https://api.github.com/");

    /// <summary>What runs sign their reports with; several while one replaces another.</summary>
    public IList<string> CallbackSecrets { get; } = [];

    /// <summary>What a run has to show before it is told or believed anything.</summary>
    public RunClaim Claim { get; set; } = RunClaim.Token;

    /// <summary>Who signs the tokens of runs; its keys are at <c>/.well-known/jwks</c> below it.</summary>
    public Uri Issuer { get; set; } = new("https://token.actions.githubusercontent.com");

    /// <summary>How often a run that says nothing is asked about.</summary>
    public TimeSpan PollEvery { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a run is looked for when nobody knows whether its dispatch arrived.</summary>
    public TimeSpan LookFor { get; set; } = TimeSpan.FromMinutes(2);

    public bool IsConfigured => Token.Length > 0 && Repository.Length > 0 && CallbackSecrets.Count > 0;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Repository.Length > 0 && !RepositoryForm().IsMatch(Repository))
        {
            yield return new ValidationResult($"GitHub:Repository is '{Repository}': write it as owner/name.");
        }

        if (!FileForm().IsMatch(Workflow))
        {
            yield return new ValidationResult($"GitHub:Workflow is '{Workflow}': give the file's name, such as provision-agent.yml.");
        }

        if (Issuer.Scheme != "https" && !Issuer.IsLoopback)
        {
            yield return new ValidationResult($"GitHub:Issuer is {Issuer}: keys come over https only, or nobody could tell whose they are.");
        }

        if (CallbackSecrets.Any(secret => secret.Length < ShortestSecret))
        {
            yield return new ValidationResult(
                $"GITHUB_CALLBACK_SECRET has fewer than {ShortestSecret} characters: make one with 'openssl rand -hex 32', and give the same to the repository's Actions secrets.");
        }
    }

    public override string ToString() => $"GitHubSettings {{ Repository = {Repository}, Workflow = {Workflow}, Ref = {Ref} }}";

    [GeneratedRegex(@"\A[A-Za-z0-9-]+/[A-Za-z0-9._-]+\z", RegexOptions.None, 1000)]
    private static partial Regex RepositoryForm();

    [GeneratedRegex(@"\A[A-Za-z0-9._-]+\.ya?ml\z", RegexOptions.None, 1000)]
    private static partial Regex FileForm();
}
