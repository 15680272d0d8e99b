using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Slipway.LocalCloud.Tests.Conformance;

/// <summary>
/// Every answer that any test of this project gets from <c>/v1</c> is held against Hetzner's document by <see cref="Support.TestCloud"/>;
/// here is what shows that this can fail.
/// </summary>
public sealed class ConformanceTests(ITestOutputHelper output)
{
    [Fact]
    public void Every_answer_is_checked_when_the_document_is_there()
    {
        if (HetznerDocument.Current is not { } document)
        {
            output.WriteLine("Hetzner's OpenAPI document is not beside this repository (shared/data/hetzner-openapi.json): answers were NOT checked against it.");
            return;
        }

        document.Operations.Count().ShouldBeGreaterThan(180);
        document.Examine("GET", "/servers/1", 404, """{"error":{"code":"not_found","message":"x","details":null}}""").ShouldBeEmpty();
        document.Examine("GET", "/ssh_keys/1", 200, """{"ssh_key":{"id":"1","name":"a","fingerprint":"f","public_key":"k","labels":{},"created":"yesterday"}}""")
            .ShouldBe(["GET /ssh_keys/{id} 200: $.ssh_key.id is no integer", "GET /ssh_keys/{id} 200: $.ssh_key.created is 'yesterday', no time"], ignoreOrder: true);
        document.Examine("DELETE", "/ssh_keys/1", 200, "{}").ShouldHaveSingleItem().ShouldContain("knows no answer 200");
        document.Examine("GET", "/invented", 200, "{}").ShouldHaveSingleItem().ShouldContain("not in the document");
    }

    [Theory]
    [InlineData("""{"type":"object","required":["a"],"properties":{"a":{"type":"integer"}}}""", """{"a":"x"}""", "$.a is no integer")]
    [InlineData("""{"type":"object","required":["a"],"properties":{"a":{"type":"integer"}}}""", """{"a":1,"b":2}""", "$.b is unknown")]
    [InlineData("""{"type":"object","required":["a"],"properties":{"a":{"type":"integer"}}}""", """{}""", "$.a is missing")]
    [InlineData("""{"type":"array","items":{"type":"string","enum":["x"]}}""", """["y"]""", "$[] is 'y', which is not in its enumeration")]
    [InlineData("""{"type":"string","nullable":false}""", "null", "$ is null")]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"boolean"}]}""", "1", "$ is no string")]
    [InlineData("""{"allOf":[{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}}]}""", "{}", "$.a is missing")]
    public void A_deviation_is_named_with_its_place(string schema, string value, string mistake) =>
        JsonSchema.Examine(JsonNode.Parse("{}")!, JsonNode.Parse(schema)!, JsonNode.Parse(value)).ShouldContain(mistake);
}
