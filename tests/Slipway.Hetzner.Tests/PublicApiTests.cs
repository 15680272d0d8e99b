using System.Reflection;
using System.Runtime.CompilerServices;

namespace Slipway.Hetzner.Tests;

public sealed class PublicApiTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>PublicApi.txt is the whole public surface on one page: a change to it is seen in review.</summary>
    [Fact]
    public void The_public_API_is_the_approved_one()
    {
        var received = string.Join('\n', typeof(HetznerClient).Assembly.GetExportedTypes()
            .OrderBy(t => t.FullName, StringComparer.Ordinal).SelectMany(Describe)) + "\n";
        var file = Path.Combine(AppContext.BaseDirectory, "PublicApi.received.txt");
        File.WriteAllText(file, received);
        var approved = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "PublicApi.txt")).ReplaceLineEndings("\n");

        var added = received.Split('\n').Except(approved.Split('\n'), StringComparer.Ordinal).Select(l => "+ " + l);
        var removed = approved.Split('\n').Except(received.Split('\n'), StringComparer.Ordinal).Select(l => "- " + l);
        received.ShouldBe(
            approved,
            $"The public API changed:\n{string.Join('\n', removed.Concat(added))}\nIf that is meant, copy {file} over PublicApi.txt beside this test.");
    }

    private static IEnumerable<string> Describe(Type type)
    {
        yield return $"{Kind(type)} {Name(type)}";
        var members = type.GetMembers(Declared).Select(Line).OfType<string>().Order(StringComparer.Ordinal);
        foreach (var member in members)
        {
            yield return $"  {Name(type)}.{member}";
        }
    }

    private static string Kind(Type type) =>
        type.IsEnum ? "enum"
        : type.IsInterface ? "interface"
        : type is { IsAbstract: true, IsSealed: true } ? "static class"
        : type.IsSealed ? "sealed class" : "class";

    private static string? Line(MemberInfo member) => member switch
    {
        ConstructorInfo c => $"new({Parameters(c)})",
        PropertyInfo p => $"{p.Name} : {Name(p.PropertyType)} {{ {(p.CanRead ? "get; " : "")}{Setter(p)}}}",
        FieldInfo { IsLiteral: true } f => $"{f.Name} = {f.GetRawConstantValue()}",
        FieldInfo { IsSpecialName: false } f => $"{f.Name} : {Name(f.FieldType)}",
        // What the compiler writes for a record is not ours to approve.
        MethodInfo m when m.IsDefined(typeof(CompilerGeneratedAttribute)) => null,
        MethodInfo { IsSpecialName: true } m when !m.Name.StartsWith("op_", StringComparison.Ordinal) => null,
        MethodInfo m => $"{m.Name}({Parameters(m)}) : {Name(m.ReturnType)}",
        _ => null,
    };

    private static string Setter(PropertyInfo property) => property.GetSetMethod() is not { } set
        ? ""
        : set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init; " : "set; ";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        $"{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? $" = {p.DefaultValue ?? "default"}" : "")}"));

    private static string Name(Type type)
    {
        if (!type.IsGenericType)
        {
            return type.Name;
        }

        var arguments = string.Join(", ", type.GetGenericArguments().Select(Name));
        return type.GetGenericTypeDefinition() == typeof(Nullable<>) ? arguments + "?" : $"{type.Name.Split('`')[0]}<{arguments}>";
    }
}
