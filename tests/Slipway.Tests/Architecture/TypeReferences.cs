using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Slipway.Tests.Architecture;

/// <summary>One type of an assembly that mentions another type, anywhere: in a signature, a field, an attribute or the body of a method.</summary>
internal sealed record TypeReference(string From, string To);

/// <summary>Reads from a compiled assembly which type uses which. What is nested, or made by the compiler, counts for the type it was written in.</summary>
internal sealed class TypeReferences
{
    private static readonly Dictionary<ushort, OpCode> OpCodesByValue = typeof(OpCodes).GetFields()
        .Select(f => (OpCode)f.GetValue(null)!)
        .ToDictionary(o => (ushort)o.Value);

    private readonly MetadataReader _metadata;
    private readonly PEReader _image;
    private readonly HashSet<string> _seen = [];
    private readonly SignatureCollector _signatures;

    private TypeReferences(PEReader image)
    {
        _image = image;
        _metadata = image.GetMetadataReader();
        _signatures = new SignatureCollector(this);
    }

    public static IReadOnlyList<TypeReference> Read(string assemblyPath)
    {
        using var image = new PEReader(File.OpenRead(assemblyPath));
        return new TypeReferences(image).Read();
    }

    private List<TypeReference> Read()
    {
        var found = new HashSet<TypeReference>();
        foreach (var handle in _metadata.TypeDefinitions)
        {
            _seen.Clear();
            Collect(_metadata.GetTypeDefinition(handle));
            var from = NameOf(handle);
            found.UnionWith(_seen.Where(to => to != from).Select(to => new TypeReference(from, to)));
        }

        return [.. found.OrderBy(r => r.From, StringComparer.Ordinal).ThenBy(r => r.To, StringComparer.Ordinal)];
    }

    private void Collect(TypeDefinition type)
    {
        See(type.BaseType);
        foreach (var implemented in type.GetInterfaceImplementations())
        {
            See(_metadata.GetInterfaceImplementation(implemented).Interface);
        }

        See(type.GetGenericParameters());
        See(type.GetCustomAttributes());
        foreach (var field in type.GetFields().Select(_metadata.GetFieldDefinition))
        {
            field.DecodeSignature(_signatures, null);
            See(field.GetCustomAttributes());
        }

        foreach (var property in type.GetProperties().Select(_metadata.GetPropertyDefinition))
        {
            See(property.GetCustomAttributes());
        }

        foreach (var method in type.GetMethods().Select(_metadata.GetMethodDefinition))
        {
            method.DecodeSignature(_signatures, null);
            See(method.GetGenericParameters());
            See(method.GetCustomAttributes());
            if (method.RelativeVirtualAddress != 0)
            {
                See(_image.GetMethodBody(method.RelativeVirtualAddress));
            }
        }
    }

    private void See(MethodBodyBlock body)
    {
        See(body.LocalSignature);
        foreach (var region in body.ExceptionRegions)
        {
            See(region.CatchType);
        }

        var code = body.GetILReader();
        while (code.RemainingBytes > 0)
        {
            ushort value = code.ReadByte();
            var operation = OpCodesByValue[value == 0xFE ? (ushort)(0xFE00 | code.ReadByte()) : value];
            switch (operation.OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType or OperandType.InlineSig:
                    See(MetadataTokens.EntityHandle(code.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    // Read first: the offset of a compound assignment would be the one before it.
                    var targets = code.ReadInt32();
                    code.Offset += targets * 4;
                    break;
                default:
                    code.Offset += SizeOf(operation.OperandType);
                    break;
            }
        }
    }

    private static int SizeOf(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };

    private void See(EntityHandle handle)
    {
        if (handle.IsNil)
        {
            return;
        }

        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition or HandleKind.TypeReference:
                _seen.Add(NameOf(handle));
                break;
            case HandleKind.TypeSpecification:
                _metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(_signatures, null);
                break;
            case HandleKind.MethodDefinition:
                var method = _metadata.GetMethodDefinition((MethodDefinitionHandle)handle);
                See(method.GetDeclaringType());
                method.DecodeSignature(_signatures, null);
                break;
            case HandleKind.FieldDefinition:
                var field = _metadata.GetFieldDefinition((FieldDefinitionHandle)handle);
                See(field.GetDeclaringType());
                field.DecodeSignature(_signatures, null);
                break;
            case HandleKind.MethodSpecification:
                var specification = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                See(specification.Method);
                specification.DecodeSignature(_signatures, null);
                break;
            case HandleKind.MemberReference:
                See(_metadata.GetMemberReference((MemberReferenceHandle)handle));
                break;
            case HandleKind.StandaloneSignature:
                var signature = _metadata.GetStandaloneSignature((StandaloneSignatureHandle)handle);
                if (signature.GetKind() == StandaloneSignatureKind.LocalVariables)
                {
                    signature.DecodeLocalSignature(_signatures, null);
                }

                break;
            default:
                throw new NotSupportedException($"Nobody taught this test to read a {handle.Kind}.");
        }
    }

    private void See(MemberReference member)
    {
        See(member.Parent);
        if (member.GetKind() == MemberReferenceKind.Field)
        {
            member.DecodeFieldSignature(_signatures, null);
        }
        else
        {
            member.DecodeMethodSignature(_signatures, null);
        }
    }

    private void See(GenericParameterHandleCollection parameters)
    {
        foreach (var constraint in parameters.SelectMany(p => _metadata.GetGenericParameter(p).GetConstraints()))
        {
            See(_metadata.GetGenericParameterConstraint(constraint).Type);
        }
    }

    private void See(CustomAttributeHandleCollection attributes)
    {
        foreach (var attribute in attributes)
        {
            See(_metadata.GetCustomAttribute(attribute).Constructor);
        }
    }

    private string NameOf(EntityHandle handle)
    {
        if (handle.Kind == HandleKind.TypeDefinition)
        {
            var type = _metadata.GetTypeDefinition((TypeDefinitionHandle)handle);
            return type.GetDeclaringType() is { IsNil: false } outer ? NameOf(outer) : Name(type.Namespace, type.Name);
        }

        var reference = _metadata.GetTypeReference((TypeReferenceHandle)handle);
        return reference.ResolutionScope.Kind == HandleKind.TypeReference ? NameOf(reference.ResolutionScope) : Name(reference.Namespace, reference.Name);
    }

    private string Name(StringHandle space, StringHandle name) => $"{_metadata.GetString(space)}.{_metadata.GetString(name)}".TrimStart('.');

    /// <summary>Sees every type a signature mentions, however deep in generics, arrays and modifiers.</summary>
    private sealed class SignatureCollector(TypeReferences owner) : ISignatureTypeProvider<int, object?>
    {
        public int GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => See(handle);

        public int GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => See(handle);

        public int GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) => See(handle);

        public int GetArrayType(int elementType, ArrayShape shape) => 0;

        public int GetByReferenceType(int elementType) => 0;

        public int GetFunctionPointerType(MethodSignature<int> signature) => 0;

        public int GetGenericInstantiation(int genericType, ImmutableArray<int> typeArguments) => 0;

        public int GetGenericMethodParameter(object? genericContext, int index) => 0;

        public int GetGenericTypeParameter(object? genericContext, int index) => 0;

        public int GetModifiedType(int modifier, int unmodifiedType, bool isRequired) => 0;

        public int GetPinnedType(int elementType) => 0;

        public int GetPointerType(int elementType) => 0;

        public int GetPrimitiveType(PrimitiveTypeCode typeCode) => 0;

        public int GetSZArrayType(int elementType) => 0;

        private int See(EntityHandle handle)
        {
            owner.See(handle);
            return 0;
        }
    }
}
