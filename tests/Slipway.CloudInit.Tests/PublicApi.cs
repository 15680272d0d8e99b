using System.Reflection;
using System.Text;

namespace Slipway.Testing;

/// <summary>Everything an assembly promises to others, as text: one line a member, sorted, without what the compiler adds to records.</summary>
internal static class PublicApi
{
    private static readonly string[] RecordMembers = ["Equals", "GetHashCode", "ToString", "<Clone>$", "Deconstruct", "op_Equality", "op_Inequality", "get_EqualityContract"];

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(NameOf(type)).Append(BaseOf(type)).Append('\n');
            foreach (var line in MembersOf(type).Order(StringComparer.Ordinal))
            {
                text.Append("  ").Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        _ when type.GetMethod("<Clone>$") is not null => type.IsSealed ? "sealed record" : "record",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string BaseOf(Type type)
    {
        var bases = new[] { type.BaseType }.Concat(type.GetInterfaces())
            .Where(b => b is not null && b != typeof(object) && !type.IsEnum && !(b.IsGenericType && b.GetGenericTypeDefinition() == typeof(IEquatable<>)))
            .Where(b => type.BaseType is null || !b!.IsInterface || !type.BaseType.GetInterfaces().Contains(b));
        var names = string.Join(", ", bases.Select(b => NameOf(b!)));
        return names.Length == 0 ? "" : $" : {names}";
    }

    private static IEnumerable<string> MembersOf(Type type)
    {
        const BindingFlags declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(n => $"{n} = {Convert.ToInt64(Enum.Parse(type, n))}");
        }

        var isRecord = type.GetMethod("<Clone>$") is not null;
        return
        [
            .. type.GetConstructors(declared).Select(c => $"new({ParametersOf(c)})"),
            .. type.GetFields(declared).Select(f => $"{(f.IsLiteral ? "const" : "field")} {f.Name}: {NameOf(f.FieldType)}{(f.IsLiteral ? $" = {f.GetRawConstantValue()}" : "")}"),
            .. type.GetProperties(declared).Select(PropertyLine),
            .. type.GetMethods(declared).Where(m => !m.IsSpecialName && !(isRecord && RecordMembers.Contains(m.Name)))
                .Select(m => $"{(m.IsStatic ? "static " : "")}{m.Name}({ParametersOf(m)}): {NullableNameOf(new NullabilityInfoContext().Create(m.ReturnParameter))}"),
        ];
    }

    private static string PropertyLine(PropertyInfo property)
    {
        var required = property.GetCustomAttributesData().Any(a => a.AttributeType.Name == "RequiredMemberAttribute") ? "required " : "";
        var isInit = property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Any(m => m.Name == "IsExternalInit") ?? false;
        var accessors = property.SetMethod is not { IsPublic: true } ? "get" : isInit ? "get; init" : "get; set";
        return $"{required}{property.Name}: {NullableNameOf(new NullabilityInfoContext().Create(property))} {{ {accessors} }}";
    }

    private static string ParametersOf(MethodBase method) => string.Join(", ", method.GetParameters()
        .Select(p => $"{NullableNameOf(new NullabilityInfoContext().Create(p))} {p.Name}{(p.HasDefaultValue ? $" = {p.DefaultValue ?? "default"}" : "")}"));

    private static string NullableNameOf(NullabilityInfo info)
    {
        var name = info.GenericTypeArguments.Length > 0 && Nullable.GetUnderlyingType(info.Type) is null
            ? $"{info.Type.Name.Split('`')[0]}<{string.Join(", ", info.GenericTypeArguments.Select(NullableNameOf))}>"
            : NameOf(info.Type);
        return !info.Type.IsValueType && info.ReadState == NullabilityState.Nullable ? $"{name}?" : name;
    }

    private static string NameOf(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return $"{NameOf(underlying)}?";
        }

        return type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>" : type.Name;
    }
}
