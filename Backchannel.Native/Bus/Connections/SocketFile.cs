using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Backchannel.Native.Files;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Backchannel.Native.Bus.Connections;

/// <summary>The file of the Unix socket that a bus listens on. Only a dead socket of this user, and at the end the bus's own file, is ever deleted.</summary>
internal sealed partial class SocketFile(string path)
{
    private const int UnixFamily = 1;
    private const int Stream = 1;
    private const int CloseOnExec = 0x80000;

    private FileStatus? own;

    /// <summary>Creates the folder of the socket, and deletes the file that a dead bus of this user left.</summary>
    /// <exception cref="SocketFileException">The path is not a socket of this user, or a program listens on it.</exception>
    public void Prepare()
    {
        PrivateFiles.CreateFolderOf(path);
        if (OperatingSystem.IsWindows())
        {
            if (File.Exists(path))
            {
                RequireRefusal();
                File.Delete(path);
            }

            return;
        }

        switch (FileStatus.Read(path))
        {
            case null:
                return;
            case { IsSocket: false } other:
                throw new SocketFileException($"{path} is {other.TypeName} and no socket, so it is left alone until it is moved away.");
            case { OwnerId: var owner } when owner != FileStatus.OwnUserId:
                throw new SocketFileException(
                    $"{path} is the socket of another user of this machine (user id {owner}), so it is left alone.");
            default:
                RequireRefusal();
                File.Delete(path);
                return;
        }
    }

    /// <summary>Binds the socket, closed to other users before anybody can connect.</summary>
    /// <remarks>
    /// .NET deletes the file that it bound when it closes the socket, whatever lies there by then; so it must not know of it, and
    /// <see cref="Remove"/> looks first.
    /// </remarks>
    public Socket Bind(EndPoint endPoint)
    {
        if (OperatingSystem.IsWindows() || endPoint is not UnixDomainSocketEndPoint)
        {
            return SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
        }

        var address = endPoint.Serialize();
        var handle = new SafeSocketHandle(CreateNative(UnixFamily, OperatingSystem.IsLinux() ? Stream | CloseOnExec : Stream, 0), ownsHandle: true);
        if (handle.IsInvalid || BindNative(handle, address.Buffer.Span, (uint)address.Size) != 0)
        {
            var reason = Marshal.GetLastPInvokeErrorMessage();
            handle.Dispose();
            throw new SocketFileException($"it cannot listen on {path}: {reason}.");
        }

        own = FileStatus.Read(path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new Socket(handle);
    }

    /// <summary>Deletes the file, unless another file has taken its place.</summary>
    public void Remove()
    {
        if (own is { } bound && FileStatus.Read(path) is { } found && found.Identity == bound.Identity)
        {
            File.Delete(path);
        }
    }

    /// <summary>Throws unless a connection is refused: only that proves that nothing listens. The probe does not block, so a full queue cannot delay it.</summary>
    private void RequireRefusal()
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            throw new SocketFileException($"a program listens on {path} already, and is too busy to answer.");
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ProtocolType)
        {
            throw new SocketFileException($"another program uses {path} as a socket of another kind.");
        }
        catch (SocketException exception)
        {
            throw new SocketFileException($"{path} is in use, or cannot be asked ({exception.Message}).");
        }

        throw new SocketFileException($"a bus is listening on {path} already.");
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int CreateNative(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int BindNative(SafeHandle socket, ReadOnlySpan<byte> address, uint length);
}

/// <summary>The socket cannot be listened on; the message says why.</summary>
internal sealed class SocketFileException(string message) : IOException(message);
