using System.CommandLine;

namespace Slipway.Cli.Options;

/// <summary>The id or name of one thing.</summary>
internal static class IdArgument
{
    public static Argument<string> Create(string name, string description)
    {
        var argument = new Argument<string>(name) { Description = description };
        argument.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var value }] && (string.IsNullOrWhiteSpace(value) || value is "." or ".."))
            {
                result.AddError(Words.BadId(name));
            }
        });
        return argument;
    }
}
