// SPDX-License-Identifier: Apache-2.0
/*
 * The structures of sockets that the Java side writes and reads by offset. They are older than any kernel whose headers
 * a build machine may have, so they are not declared again: only the offsets in net.zcrx and its packages are asserted.
 */
#ifndef ZCRX_SOCKET_ABI_H
#define ZCRX_SOCKET_ABI_H

#include "zcrx_abi.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>

ABI_SIZE(struct msghdr, 56);
ABI_AT(struct msghdr, msg_iov, 16);
ABI_AT(struct msghdr, msg_iovlen, 24);
ABI_AT(struct msghdr, msg_control, 32);
ABI_AT(struct msghdr, msg_controllen, 40);
ABI_AT(struct msghdr, msg_flags, 48);
ABI_SIZE(struct cmsghdr, 16);
ABI_AT(struct cmsghdr, cmsg_len, 0);
ABI_AT(struct cmsghdr, cmsg_level, 8);
ABI_AT(struct cmsghdr, cmsg_type, 12);
ABI_SIZE(struct ucred, 12);
ABI_AT(struct ucred, pid, 0);
ABI_AT(struct ucred, uid, 4);
ABI_AT(struct ucred, gid, 8);
ABI_SIZE(struct iovec, 16);
ABI_AT(struct iovec, iov_base, 0);
ABI_AT(struct iovec, iov_len, 8);

ABI_AT(struct sockaddr_storage, ss_family, 0);
ABI_AT(struct sockaddr_in, sin_addr, 4);
ABI_AT(struct sockaddr_in6, sin6_addr, 8);

/* The value of SO_MEMINFO is an array of u32. */
_Static_assert(SK_MEMINFO_RMEM_ALLOC == 0, "SK_MEMINFO_RMEM_ALLOC is not at 0");

ABI_SIZE(struct tcp_md5sig, 216);
ABI_AT(struct tcp_md5sig, tcpm_addr, 0);
ABI_AT(struct tcp_md5sig, tcpm_keylen, 130);
ABI_AT(struct tcp_md5sig, tcpm_key, 136);

ABI_AT(struct tcp_info, tcpi_state, 0);
ABI_AT(struct tcp_info, tcpi_options, 5);
ABI_AT(struct tcp_info, tcpi_rto, 8);
ABI_AT(struct tcp_info, tcpi_ato, 12);
ABI_AT(struct tcp_info, tcpi_snd_mss, 16);
ABI_AT(struct tcp_info, tcpi_rcv_mss, 20);
ABI_AT(struct tcp_info, tcpi_unacked, 24);
ABI_AT(struct tcp_info, tcpi_sacked, 28);
ABI_AT(struct tcp_info, tcpi_lost, 32);
ABI_AT(struct tcp_info, tcpi_retrans, 36);
ABI_AT(struct tcp_info, tcpi_fackets, 40);
ABI_AT(struct tcp_info, tcpi_last_data_sent, 44);
ABI_AT(struct tcp_info, tcpi_last_ack_sent, 48);
ABI_AT(struct tcp_info, tcpi_last_data_recv, 52);
ABI_AT(struct tcp_info, tcpi_last_ack_recv, 56);
ABI_AT(struct tcp_info, tcpi_pmtu, 60);
ABI_AT(struct tcp_info, tcpi_rcv_ssthresh, 64);
ABI_AT(struct tcp_info, tcpi_rtt, 68);
ABI_AT(struct tcp_info, tcpi_rttvar, 72);
ABI_AT(struct tcp_info, tcpi_snd_ssthresh, 76);
ABI_AT(struct tcp_info, tcpi_snd_cwnd, 80);
ABI_AT(struct tcp_info, tcpi_advmss, 84);
ABI_AT(struct tcp_info, tcpi_reordering, 88);
ABI_AT(struct tcp_info, tcpi_rcv_rtt, 92);
ABI_AT(struct tcp_info, tcpi_rcv_space, 96);
ABI_AT(struct tcp_info, tcpi_total_retrans, 100);

#endif
