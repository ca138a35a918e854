using System.Net.Sockets;

namespace Backchannel.Native.Tests.Support.Files;

/// <summary>The file of a Unix socket that nobody listens on, as a killed process leaves it.</summary>
internal static class DeadSocket
{
    public static void Make(string path)
    {
        // .NET deletes the file with its socket, so the file is moved first.
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(path + "~"));
        File.Move(path + "~", path);
    }
}
