namespace Slipway.Hetzner.Tests;

public sealed class LabelTests
{
    [Fact]
    public void A_selector_is_written_in_Hetzners_grammar_in_a_stable_order()
    {
        var labels = new Dictionary<string, string> { ["b"] = "2", ["example.com/a"] = "1", ["empty"] = "" };

        string selector = LabelSelector.FromLabels(labels).WithAny("tier", "gold", "iron").Without("keep").Not("stage", "test");

        selector.ShouldBe("b=2,empty=,example.com/a=1,tier in (gold,iron),!keep,stage!=test");
    }

    [Fact]
    public void A_selector_of_nothing_would_select_everything_and_is_refused()
    {
        Should.Throw<ArgumentException>(() => LabelSelector.FromLabels([])).Message.ShouldContain("everything");
        Should.Throw<ArgumentException>(() => LabelSelector.Having("a").WithAny("tier"));
    }

    [Theory]
    [InlineData("a", "1", true)]
    [InlineData("a.b_c-D9", "x.y_z-1", true)]
    [InlineData("example.com/name", "", true)]
    [InlineData("", "1", false)]
    [InlineData("-a", "1", false)]
    [InlineData("a", "x,y=z", false)]
    [InlineData("a", "x)", false)]
    [InlineData("a", "line\n", false)]
    [InlineData("a\n", "1", false)]
    [InlineData("a=b", "1", false)]
    [InlineData("/a", "1", false)]
    [InlineData("example.com/", "1", false)]
    [InlineData("example..com/a", "1", false)]
    [InlineData("a/b/c", "1", false)]
    [InlineData("é", "1", false)]
    public async Task What_is_no_label_is_refused_in_selectors_and_in_orders(string key, string value, bool allowed)
    {
        var labels = new Dictionary<string, string> { [key] = value };
        using var arranged = new Arrange();
        var order = new CreateServerRequest { Name = "web-1", ServerType = "cx23", Image = "debian-12", Labels = labels };

        if (allowed)
        {
            LabelSelector.FromLabels(labels).ToString().ShouldBe($"{key}={value}");
        }
        else
        {
            Should.Throw<ArgumentException>(() => LabelSelector.FromLabels(labels));
            await Should.ThrowAsync<ArgumentException>(() => arranged.Client.Servers.CreateAsync(order));
        }
    }

    [Theory]
    [InlineData(63, 63, true)]
    [InlineData(64, 1, false)]
    [InlineData(1, 64, false)]
    public void Names_and_values_end_at_63_characters(int key, int value, bool allowed)
    {
        var labels = new Dictionary<string, string> { [new string('k', key)] = new string('v', value) };

        (Record.Exception(() => LabelSelector.FromLabels(labels)) is null).ShouldBe(allowed);
    }
}
