using System.Reflection;
using System.Text;
using Slipway.Client;

namespace Slipway.Cli.Tests.Client;

public sealed class PublicApiTests
{
    private static readonly NullabilityInfoContext Nullability = new();

    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void What_others_build_on_changes_only_on_purpose() => Golden.ShouldMatch(Describe(typeof(SlipwayClient).Assembly), "Slipway.Client.api.txt");

    private static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(type.IsSealed ? "sealed " : type.IsAbstract ? "abstract " : "").Append("class ").Append(type.Name);
            text.Append(type.BaseType == typeof(object) ? "" : $" : {Name(type.BaseType!)}").Append('\n');
            foreach (var member in Members(type))
            {
                text.Append("    ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    // What the compiler adds to every record, and what the JSON generator adds to its context, says nothing.
    private static IEnumerable<string> Members(Type type)
    {
        if (type == typeof(SlipwayJson))
        {
            return [];
        }

        var constructors = type.GetConstructors(Declared).Select(c => $"{type.Name}({Parameters(c)})");
        var fields = type.GetFields(Declared).Select(f => $"const {Name(f.FieldType)} {f.Name} = \"{f.GetRawConstantValue()}\"");
        var properties = type.GetProperties(Declared).Select(p => $"{Required(p)}{Name(p.PropertyType)}{Mark(Nullability.Create(p))} {p.Name} {{ get; {(p.SetMethod is { IsPublic: true } ? "init; " : "")}}}");
        var methods = type.GetMethods(Declared)
            .Where(m => !m.IsSpecialName && m.Name is not ("<Clone>$" or "Equals" or "GetHashCode" or "ToString" or "Deconstruct"))
            .Select(m => $"{Name(m.ReturnType)} {m.Name}({Parameters(m)})");
        return ((IEnumerable<string>[])[constructors, fields, properties, methods]).SelectMany(kind => kind.Order(StringComparer.Ordinal));
    }

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(p => $"{Name(p.ParameterType)}{Mark(Nullability.Create(p))} {p.Name}{(p.HasDefaultValue ? $" = {p.DefaultValue ?? "default"}" : "")}"));

    private static string Required(PropertyInfo property) =>
        property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute)) ? "required " : "";

    private static string Mark(NullabilityInfo nullability) =>
        !nullability.Type.IsValueType && nullability.ReadState == NullabilityState.Nullable ? "?" : "";

    private static string Name(Type type) => type switch
    {
        { IsGenericType: true } when Nullable.GetUnderlyingType(type) is { } inner => Name(inner) + "?",
        { IsGenericType: true } => $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>",
        _ => type.Name,
    };
}
