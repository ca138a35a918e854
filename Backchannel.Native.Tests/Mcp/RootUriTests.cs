using Backchannel.Native.Mcp;

namespace Backchannel.Native.Tests.Mcp;

public sealed class RootUriTests
{
    [UnixTheory]
    [InlineData("file:///home/me/project", "/home/me/project")]
    [InlineData("FILE:///home/me/project/", "/home/me/project")]
    [InlineData("file://localhost/home/me", "/home/me")]
    [InlineData("file:///home/me/my%20project%C3%A9", "/home/me/my projecté")]
    [InlineData("file:///home/me/my project é", "/home/me/my project é")]
    [InlineData("file:///home/me/c#/what?", "/home/me/c#/what?")]
    [InlineData("file:///home/me/c%23/100%", "/home/me/c#/100%")]
    [InlineData("file:///home/me/a/../b/./c", "/home/me/b/c")]
    [InlineData("file:///home/me/%2e%2e", "/home")]
    [InlineData("file:////home//me", "/home/me")]
    [InlineData("file:///", "/")]
    public void The_folder_of_a_URI_is_its_path(string uri, string folder) => Assert.Equal(folder, RootUri.ToFolder(uri));

    [UnixTheory]
    [InlineData("")]
    [InlineData("file:")]
    [InlineData("file://")]
    [InlineData("file:/home/me")]
    [InlineData("/home/me")]
    [InlineData("file://home/me")]
    [InlineData("file://server/share/me")]
    [InlineData("file://localhost")]
    [InlineData("file://../me")]
    [InlineData("file://~/project")]
    [InlineData("file:///home/me%00/project")]
    [InlineData("https://example.org/home/me")]
    [InlineData("vscode-remote://ssh-remote+host/home/me")]
    [InlineData(@"file://C:\Users\me")]
    public void A_URI_that_names_no_folder_of_this_machine_is_none(string uri) => Assert.Null(RootUri.ToFolder(uri));
}
