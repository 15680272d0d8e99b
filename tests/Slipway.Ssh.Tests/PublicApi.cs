using System.Reflection;
using System.Runtime.CompilerServices;

namespace Slipway.Ssh.Tests;

/// <summary>Writes an assembly's public surface as text, one member a line, for a reviewer to read.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Describe(Assembly assembly) =>
        string.Join("\n", assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal).Select(Describe));

    private static string Describe(Type type)
    {
        var kind = type.IsEnum ? "enum" : type.IsValueType ? "struct" : type.IsInterface ? "interface" : type.IsSealed ? "sealed class" : "class";
        var bases = new[] { type.BaseType }.Where(b => b is not null && b != typeof(object) && b != typeof(ValueType) && b != typeof(Enum))
            .Concat(type.GetInterfaces().Where(i => !i.IsGenericType && type.BaseType?.GetInterfaces().Contains(i) != true && !type.IsEnum)).Select(b => Name(b!));
        var heading = $"{kind} {type.FullName}" + (bases.Any() ? " : " + string.Join(", ", bases) : "");
        IEnumerable<string> members = type.IsEnum ? Enum.GetNames(type) : type.GetMembers(Declared).Where(IsWritten).Select(Describe).Order(StringComparer.Ordinal);
        return heading + "\n" + string.Concat(members.Select(m => $"  {m}\n"));
    }

    /// <summary>What the compiler adds to a record by itself tells a reader nothing.</summary>
    private static bool IsWritten(MemberInfo member) =>
        member is not MethodInfo { IsSpecialName: true } and not Type
        && member.GetCustomAttribute<CompilerGeneratedAttribute>() is null && member.Name != "Deconstruct" && member.Name != "<Clone>$";

    private static string Describe(MemberInfo member) => member switch
    {
        ConstructorInfo c => $"new({Parameters(c)})",
        MethodInfo m => $"{(m.IsStatic ? "static " : "")}{Name(m.ReturnType)} {m.Name}{(m.IsGenericMethod ? "<T>" : "")}({Parameters(m)})",
        PropertyInfo p => $"{(p.GetCustomAttribute<RequiredMemberAttribute>() is null ? "" : "required ")}{Name(p.PropertyType)} {p.Name} {{ get;{Setter(p)} }}",
        FieldInfo f => $"{Name(f.FieldType)} {f.Name}",
        _ => member.ToString()!,
    };

    private static string Setter(PropertyInfo property) => property.SetMethod switch
    {
        null or { IsPublic: false } => "",
        { } setter when setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) => " init;",
        _ => " set;",
    };

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        $"{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? $" = {p.DefaultValue ?? "default"}" : "")}"));

    private static string Name(Type type)
    {
        if (type.IsByRef)
        {
            return "ref " + Name(type.GetElementType()!);
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Name(underlying) + "?";
        }

        return type.IsGenericType
            ? $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
            : type.Name;
    }
}
