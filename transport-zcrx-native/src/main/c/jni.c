// SPDX-License-Identifier: Apache-2.0
/* The glue between net.zcrx.uring.Native and system.c. JNI_OnLoad is the one symbol that this library exports. */
#include "name.h"
#include "system.h"

#include <errno.h>
#include <jni.h>
#include <stdbool.h>

#define UNUSED __attribute__((unused))

static jlong native_mmap(UNUSED JNIEnv *env, UNUSED jclass type, jlong length, jint flags) {
    return zcrx_mmap(length, flags);
}

static jint native_memory_file(UNUSED JNIEnv *env, UNUSED jclass type, jlong length, jint flags) {
    return zcrx_memory_file(length, flags);
}

static jlong native_map_file(UNUSED JNIEnv *env, UNUSED jclass type, jint fd, jlong length, jboolean writable) {
    return zcrx_map_file(fd, length, writable);
}

static jint native_status(UNUSED JNIEnv *env, UNUSED jclass type, jint fd, jlong status) {
    return zcrx_status(fd, status);
}

static jint native_fcntl(UNUSED JNIEnv *env, UNUSED jclass type, jint fd, jint command, jint argument) {
    return zcrx_fcntl(fd, command, argument);
}

static jint native_munmap(UNUSED JNIEnv *env, UNUSED jclass type, jlong address, jlong length) {
    return zcrx_munmap(address, length);
}

static jint native_madvise(UNUSED JNIEnv *env, UNUSED jclass type, jlong address, jlong length, jint advice) {
    return zcrx_madvise(address, length, advice);
}

static jint native_register(
        UNUSED JNIEnv *env, UNUSED jclass type, jint ring, jint opcode, jlong argument, jint count) {
    return zcrx_register(ring, (unsigned) opcode, argument, (unsigned) count);
}

static jint native_setup_ring(UNUSED JNIEnv *env, UNUSED jclass type, jint entries, jlong params) {
    return zcrx_setup_ring((unsigned) entries, params);
}

static jint native_await(UNUSED JNIEnv *env, UNUSED jclass type, jint ring, jint count, jlong nanos) {
    return zcrx_await(ring, (unsigned) count, nanos);
}

static jint native_netlink_socket(UNUSED JNIEnv *env, UNUSED jclass type, jint protocol) {
    return zcrx_netlink_socket(protocol);
}

static jint native_domain_socket(UNUSED JNIEnv *env, UNUSED jclass type) {
    return zcrx_domain_socket();
}

static jint native_ioctl(UNUSED JNIEnv *env, UNUSED jclass type, jint fd, jlong request, jlong argument) {
    return zcrx_ioctl(fd, request, argument);
}

static jint native_send(UNUSED JNIEnv *env, UNUSED jclass type, jint fd, jlong address, jint length) {
    return zcrx_send(fd, address, length);
}

static jint native_futex_wake(UNUSED JNIEnv *env, UNUSED jclass type, jlong address) {
    return zcrx_futex_wake(address);
}

static jint native_send_message(UNUSED JNIEnv *env, UNUSED jclass type, jint fd, jlong header, jint flags) {
    return zcrx_send_message(fd, header, flags);
}

static jint native_receive_message(UNUSED JNIEnv *env, UNUSED jclass type, jint fd, jlong header) {
    return zcrx_receive_message(fd, header);
}

static jlong native_send_file(
        UNUSED JNIEnv *env, UNUSED jclass type, jint socket, jint file, jlong offset, jlong count) {
    return zcrx_send_file(socket, file, offset, count);
}

static jint native_set_blocking(UNUSED JNIEnv *env, UNUSED jclass type, jint fd) {
    return zcrx_set_blocking(fd);
}

static jlong native_memory_lock_limit(UNUSED JNIEnv *env, UNUSED jclass type) {
    return zcrx_memory_lock_limit();
}

static jint native_page_size(UNUSED JNIEnv *env, UNUSED jclass type) {
    return zcrx_page_size();
}

static bool failed(JNIEnv *env) {
    if ((*env)->ExceptionCheck(env)) {
        (*env)->ExceptionClear(env);
        return true;
    }
    return false;
}

/* The field of the object's class or a superclass, whatever its visibility; NULL if there is none. */
static jfieldID find_field(JNIEnv *env, jobject object, const char *name, const char *signature) {
    jfieldID field = (*env)->GetFieldID(env, (*env)->GetObjectClass(env, object), name, signature);
    return failed(env) ? NULL : field;
}

/* Reads a field that holds an object: 0, -EINVAL if there is no such field, -EBADF if it is null. */
static int read_field(JNIEnv *env, jobject object, const char *name, const char *signature, jobject *value) {
    jfieldID field = find_field(env, object, name, signature);
    if (field == NULL) {
        return -EINVAL;
    }
    *value = (*env)->GetObjectField(env, object, field);
    return *value == NULL ? -EBADF : 0;
}

static jint channel_descriptor(JNIEnv *env, jclass channel_type, jobject channel) {
    jmethodID is_open = (*env)->GetMethodID(env, channel_type, "isOpen", "()Z");
    if (failed(env)) {
        return -EINVAL;
    }
    jboolean open = (*env)->CallBooleanMethod(env, channel, is_open);
    if (failed(env)) {
        return -EINVAL;
    }
    jobject descriptor;
    int error = read_field(env, channel, "fd", "Ljava/io/FileDescriptor;", &descriptor);
    if (error < 0) {
        return error;
    }
    jfieldID number = find_field(env, descriptor, "fd", "I");
    if (number == NULL) {
        return -EINVAL;
    }
    jint fd = (*env)->GetIntField(env, descriptor, number);
    return open && fd >= 0 ? fd : -EBADF;
}

/* A region is known by its field and not by its class's name, which shading changes. */
static jint native_file_descriptor(JNIEnv *env, UNUSED jclass type, jobject object) {
    jclass channel_type = (*env)->FindClass(env, "java/nio/channels/FileChannel");
    if (failed(env) || object == NULL) {
        return -EINVAL;
    }
    if ((*env)->IsInstanceOf(env, object, channel_type)) {
        return channel_descriptor(env, channel_type, object);
    }
    jobject channel;
    int error = read_field(env, object, "file", "Ljava/nio/channels/FileChannel;", &channel);
    return error < 0 ? error : channel_descriptor(env, channel_type, channel);
}

static jint native_set_transferred(JNIEnv *env, UNUSED jclass type, jobject region, jlong bytes) {
    jfieldID transferred = find_field(env, region, "transferred", "J");
    if (transferred == NULL) {
        return -EINVAL;
    }
    (*env)->SetLongField(env, region, transferred, bytes);
    return 0;
}

/* Raised with each change of what METHODS offer, here and in Native.java, which refuses a library of another version. */
#ifndef ZCRX_VERSION
#define ZCRX_VERSION 5
#endif

static jint native_version(UNUSED JNIEnv *env, UNUSED jclass type) {
    return ZCRX_VERSION;
}

static const JNINativeMethod METHODS[] = {
    {"version", "()I", (void *) native_version},
    {"mmap", "(JI)J", (void *) native_mmap},
    {"memoryFile", "(JI)I", (void *) native_memory_file},
    {"mapFile", "(IJZ)J", (void *) native_map_file},
    {"status", "(IJ)I", (void *) native_status},
    {"fcntl", "(III)I", (void *) native_fcntl},
    {"munmap", "(JJ)I", (void *) native_munmap},
    {"madvise", "(JJI)I", (void *) native_madvise},
    {"register", "(IIJI)I", (void *) native_register},
    {"setupRing", "(IJ)I", (void *) native_setup_ring},
    {"await", "(IIJ)I", (void *) native_await},
    {"futexWake", "(J)I", (void *) native_futex_wake},
    {"netlinkSocket", "(I)I", (void *) native_netlink_socket},
    {"domainSocket", "()I", (void *) native_domain_socket},
    {"ioctl", "(IJJ)I", (void *) native_ioctl},
    {"send", "(IJI)I", (void *) native_send},
    {"sendMessage", "(IJI)I", (void *) native_send_message},
    {"receiveMessage", "(IJ)I", (void *) native_receive_message},
    {"sendFile", "(IIJJ)J", (void *) native_send_file},
    {"setBlocking", "(I)I", (void *) native_set_blocking},
    {"fileDescriptor", "(Ljava/lang/Object;)I", (void *) native_file_descriptor},
    {"setTransferred", "(Ljava/lang/Object;J)I", (void *) native_set_transferred},
    {"memoryLockLimit", "()J", (void *) native_memory_lock_limit},
    {"pageSize", "()I", (void *) native_page_size},
};

/* The class of our own prefix, else the one without; see name.h. NULL and an exception if there is neither. */
static jclass find_native(JNIEnv *env) {
    char name[ZCRX_CLASS_MAX];
    if (zcrx_class_name(zcrx_library_path((const void *) find_native), name, sizeof name) == 0) {
        jclass type = (*env)->FindClass(env, name);
        if (!failed(env)) {
            return type;
        }
    }
    jclass type = (*env)->FindClass(env, ZCRX_CLASS);
    if (!failed(env)) {
        return type;
    }
    jclass error = (*env)->FindClass(env, "java/lang/UnsatisfiedLinkError");
    if (error != NULL) {
        (*env)->ThrowNew(
                env,
                error,
                "The native library of zcrx found no class net.zcrx.uring.Native, neither under the package prefix in"
                " its file name nor without one: relocate net.zcrx by the same prefix as io.netty or not at all, and"
                " have both loaded by one class loader.");
    }
    return NULL;
}

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, UNUSED void *reserved) {
    JNIEnv *env;
    if ((*vm)->GetEnv(vm, (void **) &env, JNI_VERSION_10) != JNI_OK) {
        return JNI_ERR;
    }
    jclass type = find_native(env);
    if (type == NULL) {
        return JNI_ERR;
    }
    jint count = sizeof METHODS / sizeof METHODS[0];
    return (*env)->RegisterNatives(env, type, METHODS, count) < 0 ? JNI_ERR : JNI_VERSION_10;
}
