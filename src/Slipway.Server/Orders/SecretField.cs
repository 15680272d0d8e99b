using System.Globalization;
using Slipway.Blueprints;

namespace Slipway.Server.Orders;

/// <summary>One secret as a form asks for it. What was entered is never in it.</summary>
internal static class SecretField
{
    public static Html Of(BlueprintSecret secret, bool isRequired, string note, IReadOnlyDictionary<string, string> wrong)
    {
        var name = OrderForm.SecretPrefix + secret.Name;
        var attributes = Html.Of($"""
            id="{name}" name="{name}" maxlength="{SecretValidation.MaximumLength.ToString(CultureInfo.InvariantCulture)}" autocomplete="off" spellcheck="false" aria-describedby="{name}.hint"{(isRequired ? Html.Of($" required") : Html.None)}{(wrong.ContainsKey(name) ? Html.Of($" aria-invalid=\"true\"") : Html.None)}
            """);
        return Html.Of($"""
            <label for="{name}">{secret.Name}{note}</label>
            <p class="hint" id="{name}.hint">{secret.Description}{Rule(secret)}</p>
            {Problem(name, wrong)}
            {(secret.Example?.Contains('\n', StringComparison.Ordinal) == true ? Html.Of($"<textarea rows=\"6\" {attributes}></textarea>") : Html.Of($"<input type=\"password\" {attributes}>"))}
            """);
    }

    public static Html Problem(string field, IReadOnlyDictionary<string, string> wrong) =>
        wrong.TryGetValue(field, out var what) ? Html.Of($"<p class=\"hint wrong\" role=\"alert\">{what}</p>") : Html.None;

    /// <summary>What is wrong and has no field of its own, such as a secret this blueprint does not have.</summary>
    public static IEnumerable<string> WithoutField(Blueprint blueprint, IReadOnlyDictionary<string, string> wrong) =>
        wrong.Where(w => blueprint.Secrets.All(s => OrderForm.SecretPrefix + s.Name != w.Key)).Select(w => w.Value);

    private static Html Rule(BlueprintSecret secret) => Html.Of(
        $"{(secret.Example is { Length: > 0 } example ? Html.Of($", for example <code>{example}</code>") : Html.None)}{(secret.Pattern is { } pattern ? Html.Of($". It matches <code>{pattern.Text}</code>") : Html.None)}");
}
